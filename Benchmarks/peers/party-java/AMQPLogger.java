package party;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Records what comes to a queue of its own. */
final class AMQPLogger implements AutoCloseable {
    private static final int PREFETCH = 256;
    /** One acknowledgement for so many deliveries, or for what there is when nothing more waits. */
    private static final int BATCH = 64;

    private static final int EXPIRY_MS = 60_000;

    /** What has come and is not recorded yet. */
    private record Delivery(long tag, byte[] body) {}

    private final Ledger ledger;
    private final Connection connection;
    private final Channel channel;
    private final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
    private Thread recorder;

    AMQPLogger(String url, String queue, boolean isTemporary, Ledger ledger) throws Exception {
        this.ledger = ledger;
        connection = RabbitMQ.connect(url);
        channel = RabbitMQ.channel(connection);
        channel.queueDeclare(queue, true, false, isTemporary, isTemporary ? Map.of("x-expires", EXPIRY_MS) : null);
        for (var severity : new String[] {"INFO", "WARNING", "ERROR"}) {
            channel.queueBind(queue, RabbitMQ.EXCHANGE, "log." + severity);
        }
        if (!Party.isAtDefaults) {
            channel.basicQos(PREFETCH);
            recorder = new Thread(this::recordBatches, "recorder");
            recorder.start();
        }
        channel.basicConsume(queue, false, new DefaultConsumer(channel) {
            @Override
            public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body)
                    throws IOException {
                if (Party.isAtDefaults) {
                    record(body);
                    channel.basicAck(envelope.getDeliveryTag(), false);
                } else {
                    deliveries.add(new Delivery(envelope.getDeliveryTag(), body));
                }
            }
        });
    }

    @Override
    public void close() throws Exception {
        if (recorder != null) {
            recorder.interrupt();
            recorder.join();
        }
        if (connection.isOpen()) {
            connection.close();
        }
    }

    /** What is no entry is taken out of the queue, so that it does not come again and again. */
    private void record(byte[] body) {
        try {
            ledger.record(EntryJSON.decoded(body));
        } catch (IOException error) {
            System.err.println("party-java: a message is no entry");
        }
    }

    private void recordBatches() {
        try {
            for (int unacknowledged = 1; true; unacknowledged++) {
                var delivery = deliveries.take();
                record(delivery.body);
                if (unacknowledged >= BATCH || deliveries.isEmpty()) {
                    channel.basicAck(delivery.tag, true);
                    unacknowledged = 0;
                }
            }
        } catch (InterruptedException end) {
            // It is to end.
        } catch (Exception error) {
            Party.fail("RabbitMQ takes no acknowledgement: " + error);
        }
    }
}

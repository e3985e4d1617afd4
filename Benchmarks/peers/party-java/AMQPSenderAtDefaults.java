package party;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/** Publishes persistent messages and waits for the confirm of each, as RabbitMQ's tutorial does: a thread and a channel for each. */
final class AMQPSenderAtDefaults implements Sender {
    private static final long CONFIRM_LIMIT_MS = 5000;

    private final Connection connection;
    private final BlockingQueue<Channel> channels = new LinkedBlockingQueue<>();
    private final ExecutorService threads;
    private volatile boolean isReturned;

    AMQPSenderAtDefaults(String url, int inFlight) throws Exception {
        connection = RabbitMQ.connect(url);
        for (int index = 0; index < inFlight; index++) {
            var channel = RabbitMQ.channel(connection);
            channel.confirmSelect();
            channel.addReturnListener((code, text, exchange, key, properties, body) -> isReturned = true);
            channels.add(channel);
        }
        threads = Executors.newFixedThreadPool(inFlight);
    }

    @Override
    public void send(Entry entry, Outcome outcome) throws Exception {
        var body = EntryJSON.encoded(entry);
        threads.execute(() -> publish(body, outcome));
    }

    private void publish(byte[] body, Outcome outcome) {
        boolean isTaken;
        try {
            var channel = channels.take();
            channel.basicPublish(RabbitMQ.EXCHANGE, RabbitMQ.KEY, true, RabbitMQ.PERSISTENT_JSON, body);
            isTaken = channel.waitForConfirms(CONFIRM_LIMIT_MS) && !isReturned;
            channels.add(channel);
        } catch (Exception error) {
            outcome.failed(Fate.UNKNOWN, String.valueOf(error.getMessage()));
            return;
        }
        if (isTaken) {
            outcome.acknowledged();
        } else {
            outcome.failed(Fate.REJECTED, "RabbitMQ did not take a message, or no queue does");
        }
    }

    @Override
    public void close() throws Exception {
        threads.shutdownNow();
        if (connection.isOpen()) {
            connection.close();
        }
    }
}

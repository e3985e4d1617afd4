package party;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;

/** Publishes persistent messages on one channel by a thread of its own, with a window of those that are not confirmed. */
final class AMQPSender implements Sender {
    /** What is to be published. */
    private record Message(byte[] body, Outcome outcome) {}

    private final Connection connection;
    private final Channel channel;
    private final BlockingQueue<Message> messages;
    private final Thread publisher;
    /** Those whose messages are not confirmed yet, by delivery tag. */
    private final ConcurrentSkipListMap<Long, Outcome> waiting = new ConcurrentSkipListMap<>();
    /** Whether a message came back, since no queue takes it. */
    private volatile boolean isReturned;

    private volatile boolean isClosed;

    AMQPSender(String url, int inFlight) throws Exception {
        connection = RabbitMQ.connect(url);
        channel = RabbitMQ.channel(connection);
        channel.confirmSelect();
        channel.addReturnListener((code, text, exchange, key, properties, body) -> isReturned = true);
        channel.addConfirmListener(new ConfirmListener() {
            @Override
            public void handleAck(long tag, boolean isMultiple) {
                settle(tag, isMultiple, !isReturned);
            }

            @Override
            public void handleNack(long tag, boolean isMultiple) {
                settle(tag, isMultiple, false);
            }
        });
        channel.addShutdownListener(reason -> end(String.valueOf(reason.getMessage())));
        messages = new LinkedBlockingQueue<>(inFlight);
        publisher = new Thread(this::publish, "publisher");
        publisher.start();
    }

    @Override
    public void send(Entry entry, Outcome outcome) throws Exception {
        var message = new Message(EntryJSON.encoded(entry), outcome);
        if (isClosed) {
            outcome.failed(Fate.NOT_SENT, "the channel was closed");
        } else {
            messages.put(message);
        }
    }

    private void publish() {
        try {
            while (true) {
                var message = messages.take();
                long tag = channel.getNextPublishSeqNo();
                waiting.put(tag, message.outcome);
                channel.basicPublish(RabbitMQ.EXCHANGE, RabbitMQ.KEY, true, RabbitMQ.PERSISTENT_JSON, message.body);
            }
        } catch (InterruptedException end) {
            // It is to end.
        } catch (Exception error) {
            end(String.valueOf(error.getMessage()));
        }
    }

    private void settle(long tag, boolean isMultiple, boolean isTaken) {
        List<Outcome> settled = new ArrayList<>();
        if (isMultiple) {
            var upTo = waiting.headMap(tag, true);
            for (var first = upTo.pollFirstEntry(); first != null; first = upTo.pollFirstEntry()) {
                settled.add(first.getValue());
            }
        } else {
            var own = waiting.remove(tag);
            if (own != null) {
                settled.add(own);
            }
        }
        for (var outcome : settled) {
            if (isTaken) {
                outcome.acknowledged();
            } else {
                outcome.failed(Fate.REJECTED, "RabbitMQ did not take a message, or no queue does");
            }
        }
    }

    /** Nothing more is confirmed: what was published has no known fate. */
    private void end(String reason) {
        isClosed = true;
        for (var first = waiting.pollFirstEntry(); first != null; first = waiting.pollFirstEntry()) {
            first.getValue().failed(Fate.UNKNOWN, reason);
        }
        for (var message = messages.poll(); message != null; message = messages.poll()) {
            message.outcome.failed(Fate.NOT_SENT, reason);
        }
    }

    @Override
    public void close() throws Exception {
        publisher.interrupt();
        publisher.join();
        if (connection.isOpen()) {
            connection.close();
        }
    }
}

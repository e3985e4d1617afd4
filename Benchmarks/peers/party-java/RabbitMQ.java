package party;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;

/** What both halves say to RabbitMQ. */
final class RabbitMQ {
    static final String EXCHANGE = "logs_topic";
    static final String KEY = "log.INFO";
    static final BasicProperties PERSISTENT_JSON =
            new BasicProperties.Builder().contentType("application/json").deliveryMode(2).build();

    private static final int DIAL_LIMIT_MS = 5000;

    private RabbitMQ() {}

    static Connection connect(String url) throws Exception {
        var factory = new ConnectionFactory();
        factory.setUri(url);
        factory.setConnectionTimeout(DIAL_LIMIT_MS);
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection();
    }

    /** A channel, with the exchange declared. */
    static Channel channel(Connection connection) throws IOException {
        var channel = connection.createChannel();
        channel.exchangeDeclare(EXCHANGE, "topic", true);
        return channel;
    }
}

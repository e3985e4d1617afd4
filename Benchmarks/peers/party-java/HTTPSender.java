package party;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletionException;

/** Posts entries by {@link HttpClient}, which keeps as many sockets as there are requests in flight. */
final class HTTPSender implements Sender {
    private static final Duration DIAL_LIMIT = Duration.ofSeconds(5);
    private static final int ACCEPTED = 202;

    private final HttpRequest.Builder request;
    private HttpClient client;

    HTTPSender(String target) {
        request = HttpRequest.newBuilder(URI.create("http://" + target + "/log"))
                .header("Content-Type", "application/json");
        var builder = HttpClient.newBuilder().connectTimeout(DIAL_LIMIT);
        if (!Party.isAtDefaults) {
            // No upgrade to HTTP/2 is asked for, and answers are read by the thread that they come to.
            builder.version(HttpClient.Version.HTTP_1_1).executor(Runnable::run);
        }
        client = builder.build();
    }

    @Override
    public void send(Entry entry, Outcome outcome) throws IOException {
        var body = BodyPublishers.ofByteArray(EntryJSON.encoded(entry));
        client.sendAsync(request.copy().POST(body).build(), BodyHandlers.ofByteArray())
                .whenComplete((response, error) -> {
                    if (error != null) {
                        var cause = error instanceof CompletionException ? error.getCause() : error;
                        outcome.failed(cause instanceof ConnectException ? Fate.NOT_SENT : Fate.UNKNOWN, cause.toString());
                    } else if (isAcknowledgement(response)) {
                        outcome.acknowledged();
                    } else {
                        outcome.failed(Fate.REJECTED, "status " + response.statusCode());
                    }
                });
    }

    private static boolean isAcknowledgement(HttpResponse<byte[]> response) {
        try {
            var answer = JsonParser.parseString(new String(response.body(), StandardCharsets.UTF_8)).getAsJsonObject();
            return response.statusCode() == ACCEPTED && !answer.get("error").getAsBoolean();
        } catch (RuntimeException error) {
            return false;
        }
    }

    /** Java 17 closes a client when it is collected, and has no other way. */
    @Override
    public void close() {
        client = null;
        System.gc();
    }
}

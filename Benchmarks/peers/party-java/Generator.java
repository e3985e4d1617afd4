package party;

import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.util.ArrayList;
import java.util.List;

/** The load generator. */
final class Generator {
    private Generator() {}

    /** Does one job after the other, as they come, until they end. */
    static void work(BufferedReader lines) throws Exception {
        for (var text = lines.readLine(); text != null; text = lines.readLine()) {
            var line = JsonParser.parseString(text).getAsJsonObject();
            // The word of the lab on a job that has failed says nothing.
            if (!line.has("transport")) {
                continue;
            }
            try {
                work(Job.of(line), lines);
            } catch (Exception error) {
                Party.say(about(line.get("job")).with("failed", String.valueOf(error.getMessage())));
            }
        }
    }

    /** Does a job: the warm-up, and when the lab says so what is measured, on the same connections. */
    private static void work(Job job, BufferedReader lines) throws Exception {
        var senders = new ArrayList<Sender>();
        try {
            for (int index = 0; index < job.connections(); index++) {
                senders.add(dial(job, job.inFlight() / job.connections()));
            }
            measure(job, senders, lines);
        } finally {
            for (var sender : senders) {
                sender.close();
            }
        }
    }

    private static void measure(Job job, List<Sender> senders, BufferedReader lines) throws Exception {
        var texts = job.texts();
        var warm = new Phase(job, job.warmupRun(), job.warmupSeconds(), texts).go(senders);
        Party.say(about(job.number()).with("mark", "warm").with("result", warm));
        var word = lines.readLine();
        if (word == null || !JsonParser.parseString(word).getAsJsonObject().get("go").getAsBoolean()) {
            return;
        }
        var measured = new Phase(job, job.run(), job.seconds(), texts);
        Party.say(about(job.number()).with("mark", "begin"));
        var result = measured.go(senders);
        Party.say(about(job.number()).with("mark", "end"));
        Party.say(about(job.number()).with("result", result));
    }

    private static Sender dial(Job job, int inFlight) throws Exception {
        return switch (job.transport()) {
            case "http" -> new HTTPSender(job.target());
            case "grpc" -> new GRPCSender(job.target());
            case "amqp" -> Party.isAtDefaults
                    ? new AMQPSenderAtDefaults(job.target(), inFlight)
                    : new AMQPSender(job.target(), inFlight);
            default -> throw new IllegalArgumentException(job.transport() + " is not spoken here");
        };
    }

    private static Line about(Object job) {
        return new Line().with("job", job);
    }
}

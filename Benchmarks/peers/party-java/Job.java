package party;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.annotations.SerializedName;
import java.math.BigInteger;
import java.util.Random;

/** What the lab asks a load generator for, as the article Parties has it. */
record Job(
        @SerializedName("job") long number,
        @SerializedName("transport") String transport,
        @SerializedName("target") String target,
        @SerializedName("payload_bytes") int payloadBytes,
        @SerializedName("payload_seed") BigInteger payloadSeed,
        @SerializedName("in_flight") int inFlight,
        @SerializedName("connections") int connections,
        @SerializedName("messages_per_operation") int perOperation,
        @SerializedName("rate_per_s") double ratePerSecond,
        @SerializedName("arrivals") String arrivals,
        @SerializedName("spin_us") double spinUs,
        @SerializedName("warmup_s") double warmupSeconds,
        @SerializedName("warmup_run_id") String warmupRun,
        @SerializedName("duration_s") double seconds,
        @SerializedName("run_id") String run,
        @SerializedName("seed") BigInteger seed) {

    private static final int TEXTS = 64;
    private static final String[] FOREIGN = {"tls", "payload_file", "bare_loop", "raw_file", "dials", "churn", "fates"};

    /**
     * Reads a job.
     *
     * @throws IllegalArgumentException where it asks for what cannot be had here.
     */
    static Job of(JsonObject line) {
        for (var key : FOREIGN) {
            if (asks(line.get(key))) {
                throw new IllegalArgumentException(key + " cannot be had here");
            }
        }
        var job = new Gson().fromJson(line, Job.class);
        if (job.perOperation != 1) {
            throw new IllegalArgumentException("there are no operations of several entries here");
        }
        if (job.connections < 1 || job.inFlight < 1 || job.inFlight % job.connections != 0) {
            throw new IllegalArgumentException(
                    job.connections + " connections cannot share " + job.inFlight + " in flight evenly");
        }
        return job;
    }

    /** Whether a member is there, and is neither null, false, 0 nor empty. */
    private static boolean asks(JsonElement value) {
        if (value == null || value.isJsonNull()) {
            return false;
        }
        return !value.isJsonPrimitive()
                || !(value.getAsString().isEmpty() || value.getAsString().equals("false") || value.getAsString().equals("0"));
    }

    boolean hasRate() {
        return ratePerSecond > 0;
    }

    /** A few different texts, which are sent over and over, with a seal where there is room for one. */
    String[] texts() {
        var random = new Random(payloadSeed.longValue());
        var made = new String[TEXTS];
        boolean hasSeal = payloadBytes >= Seal.BYTES;
        for (int index = 0; index < TEXTS; index++) {
            var text = new StringBuilder(payloadBytes);
            for (int left = payloadBytes - (hasSeal ? Seal.BYTES : 0); left > 0; left--) {
                text.append((char) (' ' + random.nextInt('~' - ' ' + 1)));
            }
            made[index] = hasSeal ? Seal.sealed(text.toString()) : text.toString();
        }
        return made;
    }
}

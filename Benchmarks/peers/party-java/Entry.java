package party;

import com.google.gson.annotations.SerializedName;

/** A log entry of the contract, with what ties it to a run. */
final class Entry {
    String name = "";
    String data = "";
    String run = "";
    long seq;

    /** Nanoseconds since 1970; 0 where nothing is said. */
    @SerializedName("sent_at")
    long sentAt;
}

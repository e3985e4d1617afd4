package party;

import com.google.gson.Gson;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;

/** Entries in JSON: by Gson's streams, and at its defaults by Gson itself, which looks at a class's fields. */
final class EntryJSON {
    private static final Gson GSON = new Gson();
    /** What an entry takes beside its texts, about. */
    private static final int FIELDS_LENGTH = 128;

    private EntryJSON() {}

    static byte[] encoded(Entry entry) throws IOException {
        if (Party.isAtDefaults) {
            return GSON.toJson(entry).getBytes(StandardCharsets.UTF_8);
        }
        var text = new StringWriter(entry.data.length() + FIELDS_LENGTH);
        try (var writer = new JsonWriter(text)) {
            writer.beginObject();
            writer.name("name").value(entry.name);
            writer.name("data").value(entry.data);
            writer.name("run").value(entry.run);
            writer.name("seq").value(entry.seq);
            writer.name("sent_at").value(entry.sentAt);
            writer.endObject();
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads an entry.
     *
     * @throws IOException where there is none.
     */
    static Entry decoded(byte[] bytes) throws IOException {
        var text = new String(bytes, StandardCharsets.UTF_8);
        Entry entry;
        try {
            entry = Party.isAtDefaults ? GSON.fromJson(text, Entry.class) : read(text);
        } catch (RuntimeException error) {
            throw new IOException(error);
        }
        if (entry == null || entry.name == null || entry.data == null || entry.run == null) {
            throw new IOException("no entry");
        }
        return entry;
    }

    private static Entry read(String text) throws IOException {
        var entry = new Entry();
        try (var reader = new JsonReader(new StringReader(text))) {
            reader.beginObject();
            while (reader.hasNext()) {
                switch (reader.nextName()) {
                    case "name" -> entry.name = reader.nextString();
                    case "data" -> entry.data = reader.nextString();
                    case "run" -> entry.run = reader.nextString();
                    case "seq" -> entry.seq = reader.nextLong();
                    case "sent_at" -> entry.sentAt = reader.nextLong();
                    default -> reader.skipValue();
                }
            }
            reader.endObject();
        }
        return entry;
    }
}

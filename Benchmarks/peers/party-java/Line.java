package party;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.LinkedHashMap;

/** An object of JSON that is said to the lab. */
final class Line extends LinkedHashMap<String, Object> {
    private static final long serialVersionUID = 1;
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    /** The same with one more field, or with another value of it. */
    Line with(String field, Object value) {
        put(field, value);
        return this;
    }

    @Override
    public String toString() {
        return GSON.toJson(this);
    }
}

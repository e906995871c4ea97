package io.penstock.serving;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The small file beside a cached model that says what it is; a model without one does not count. */
final class CacheRecord {
    /** Begins with a dot, as no model's name here does. */
    static final String FILE = ".entry.json";

    private static final long LARGEST = 64 << 10;
    private static final JsonFactory JSON = new JsonFactory();

    private CacheRecord() {}

    /** What the folder of an entry says; empty where it says nothing, or nothing that fits the file there. */
    static Optional<CachedModel> read(Path folder) throws IOException {
        Path record = folder.resolve(FILE);
        try {
            if (Files.size(record) > LARGEST) {
                return Optional.empty();
            }
            Map<String, String> values = values(Files.readString(record));
            Path file = folder.resolve(values.getOrDefault("file", "")).normalize();
            CachedModel model = new CachedModel(
                    folder.getFileName().toString(),
                    values.getOrDefault("uri", ""),
                    file,
                    values.getOrDefault("sha256", ""),
                    Long.parseLong(values.getOrDefault("bytes", "-1")),
                    new CachedModel.Validators(
                            Optional.ofNullable(values.get("etag")), Optional.ofNullable(values.get("lastModified"))),
                    new CachedModel.Times(
                            Instant.parse(values.getOrDefault("fetchedAt", "")),
                            Instant.parse(values.getOrDefault("checkedAt", "")),
                            Instant.parse(values.getOrDefault("lastUsedAt", ""))));
            return folder.equals(file.getParent()) && isWhole(model) ? Optional.of(model) : Optional.empty();
        } catch (NoSuchFileException | DateTimeParseException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Whether the file is as it was put there: its size and its time. Hashing it again would cost each start seconds. */
    private static boolean isWhole(CachedModel model) throws IOException {
        return Files.isRegularFile(model.file())
                && Files.size(model.file()) == model.bytes()
                && Files.getLastModifiedTime(model.file()).toMillis()
                        == model.times().fetched().toEpochMilli();
    }

    static void write(Path folder, CachedModel model) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text).useDefaultPrettyPrinter()) {
            out.writeStartObject();
            out.writeStringField("uri", model.uri());
            out.writeStringField("file", model.file().getFileName().toString());
            out.writeStringField("sha256", model.sha256());
            out.writeNumberField("bytes", model.bytes());
            writePresent(out, "etag", model.validators().etag());
            writePresent(out, "lastModified", model.validators().lastModified());
            out.writeStringField("fetchedAt", model.times().fetched().toString());
            out.writeStringField("checkedAt", model.times().checked().toString());
            out.writeStringField("lastUsedAt", model.times().used().toString());
            out.writeEndObject();
        }
        WholeFile.write(folder.resolve(FILE), text + "\n");
    }

    private static void writePresent(JsonGenerator out, String name, Optional<String> value) throws IOException {
        if (value.isPresent()) {
            out.writeStringField(name, value.get());
        }
    }

    /** The members of a flat object; those of a broken one up to where it breaks. */
    private static Map<String, String> values(String text) throws IOException {
        Map<String, String> values = new HashMap<>();
        try (JsonParser in = JSON.createParser(text)) {
            while (in.nextToken() != null) {
                if (in.currentToken() == JsonToken.FIELD_NAME) {
                    String name = in.currentName();
                    in.nextToken();
                    values.put(name, in.getText());
                }
            }
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            return values;
        }
        return values;
    }
}

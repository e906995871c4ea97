package io.penstock.spec.triton;

import io.penstock.spec.InvalidSpecException;
import io.penstock.spec.Violation;
import io.penstock.spec.triton.ConfigNode.Field;
import io.penstock.spec.triton.ConfigNode.Message;
import io.penstock.spec.triton.ConfigNode.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads a configuration in JSON, as clients send it along with a request to load a model. */
final class JsonConfig {
    /** Fields that are maps: objects in JSON, messages of key and value in text format. */
    private static final Set<String> MAPS = Set.of(
            "parameters",
            "input_map",
            "output_map",
            "inputs",
            "priority_queue_policy",
            "cc_model_filenames",
            "metric_tags");

    private JsonConfig() {}

    /** @throws InvalidSpecException if it is no JSON object */
    static Message read(String file, String text) {
        Object tree;
        try {
            tree = new Load(LoadSettings.builder()
                            .setLabel(file)
                            .setCodePointLimit(1 << 20)
                            .setMaxAliasesForCollections(0)
                            .build())
                    .loadFromString(text);
        } catch (YamlEngineException e) {
            throw new InvalidSpecException(List.of(new Violation(
                    file,
                    1,
                    1,
                    "",
                    "is no JSON: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""))));
        }
        if (!(tree instanceof Map<?, ?> object)) {
            throw new InvalidSpecException(List.of(new Violation(file, 1, 1, "", "must be a JSON object")));
        }
        return message(object);
    }

    private static Message message(Map<?, ?> object) {
        List<Field> fields = new ArrayList<>();
        object.forEach((key, value) -> add(fields, snakeCase(String.valueOf(key)), value));
        return new Message(fields, 1);
    }

    private static void add(List<Field> fields, String name, Object value) {
        switch (value) {
            case null -> {}
            case Map<?, ?> map
            when MAPS.contains(name) ->
                map.forEach((key, each) -> {
                    List<Field> entry = new ArrayList<>();
                    entry.add(new Field("key", new Scalar(String.valueOf(key), true, 1)));
                    add(entry, "value", each);
                    fields.add(new Field(name, new Message(entry, 1)));
                });
            case Map<?, ?> map -> fields.add(new Field(name, message(map)));
            case Iterable<?> list -> list.forEach(each -> add(fields, name, each));
            default -> fields.add(new Field(name, new Scalar(String.valueOf(value), value instanceof String, 1)));
        }
    }

    /** Protocol buffers' JSON allows {@code maxBatchSize} for {@code max_batch_size}. */
    private static String snakeCase(String name) {
        StringBuilder snake = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isUpperCase(c)) {
                snake.append('_').append(Character.toLowerCase(c));
            } else {
                snake.append(c);
            }
        }
        return snake.toString();
    }
}

package io.penstock.spec.triton;

import io.penstock.spec.InvalidSpecException;
import io.penstock.spec.Violation;
import io.penstock.spec.triton.ConfigNode.Message;
import io.penstock.spec.triton.ConfigNode.Scalar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;

/** One message of a configuration, read field by field; what nobody read is known at the end. */
final class ConfigFields {
    private final String file;
    private final String path;
    private final Message message;
    private final Set<String> read = new LinkedHashSet<>();

    ConfigFields(String file, String path, Message message) {
        this.file = file;
        this.path = path;
        this.message = message;
    }

    Optional<String> text(String name) {
        return last(name).map(scalar -> scalar.text());
    }

    OptionalLong number(String name) {
        Optional<Scalar> scalar = last(name);
        return scalar.isEmpty() ? OptionalLong.empty() : OptionalLong.of(number(name, scalar.get()));
    }

    boolean truth(String name, boolean otherwise) {
        Optional<Scalar> scalar = last(name);
        if (scalar.isEmpty()) {
            return otherwise;
        }
        return switch (scalar.get().text()) {
            case "true", "True", "t", "1" -> true;
            case "false", "False", "f", "0" -> false;
            default ->
                throw mistake(
                        scalar.get(),
                        name,
                        "must be true or false: " + scalar.get().text());
        };
    }

    List<Long> numbers(String name) {
        List<Long> numbers = new ArrayList<>();
        for (ConfigNode node : all(name)) {
            numbers.add(number(name, scalar(name, node)));
        }
        return numbers;
    }

    List<String> texts(String name) {
        return all(name).stream().map(node -> scalar(name, node).text()).toList();
    }

    Optional<ConfigFields> message(String name) {
        List<ConfigFields> found = messages(name);
        return found.isEmpty() ? Optional.empty() : Optional.of(found.getLast());
    }

    List<ConfigFields> messages(String name) {
        List<ConfigFields> found = new ArrayList<>();
        int index = 0;
        for (ConfigNode node : all(name)) {
            if (!(node instanceof Message inner)) {
                throw mistake(node, name, "must be a message in braces");
            }
            found.add(new ConfigFields(file, path(name) + "[" + index++ + "]", inner));
        }
        return found;
    }

    /** A map: messages of {@code key} and {@code value}, the value a text. */
    SequencedMap<String, String> textMap(String name) {
        SequencedMap<String, String> map = new LinkedHashMap<>();
        for (ConfigFields entry : messages(name)) {
            map.put(entry.text("key").orElse(""), entry.text("value").orElse(""));
        }
        return map;
    }

    /** A map whose values are messages. */
    SequencedMap<String, ConfigFields> messageMap(String name) {
        SequencedMap<String, ConfigFields> map = new LinkedHashMap<>();
        for (ConfigFields entry : messages(name)) {
            entry.message("value").ifPresent(value -> map.put(entry.text("key").orElse(""), value));
        }
        return map;
    }

    /** Fields that nobody asked for, each as its path and line. */
    List<String> rest() {
        Map<String, Integer> lines = new HashMap<>();
        message.fields()
                .forEach(field -> lines.putIfAbsent(field.name(), field.value().line()));
        return message.fields().stream()
                .map(ConfigNode.Field::name)
                .distinct()
                .filter(name -> !read.contains(name))
                .map(name -> path(name) + " (line " + lines.get(name) + ")")
                .toList();
    }

    InvalidSpecException mistake(ConfigNode node, String name, String sentence) {
        return new InvalidSpecException(List.of(new Violation(file, node.line(), 1, path(name), sentence)));
    }

    InvalidSpecException mistake(String name, String sentence) {
        ConfigNode node = message.fields().stream()
                .filter(field -> field.name().equals(name))
                .map(ConfigNode.Field::value)
                .findFirst()
                .orElse(message);
        return mistake(node, name, sentence);
    }

    private String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private List<ConfigNode> all(String name) {
        read.add(name);
        return message.fields().stream()
                .filter(field -> field.name().equals(name))
                .map(ConfigNode.Field::value)
                .toList();
    }

    private Optional<Scalar> last(String name) {
        List<ConfigNode> found = all(name);
        return found.isEmpty() ? Optional.empty() : Optional.of(scalar(name, found.getLast()));
    }

    private Scalar scalar(String name, ConfigNode node) {
        if (node instanceof Scalar scalar) {
            return scalar;
        }
        throw mistake(node, name, "must be a single value");
    }

    private long number(String name, Scalar scalar) {
        try {
            return Long.decode(scalar.text());
        } catch (NumberFormatException _) {
            throw mistake(scalar, name, "must be a whole number: " + scalar.text());
        }
    }
}

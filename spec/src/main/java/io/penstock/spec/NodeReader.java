package io.penstock.spec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Reads YAML nodes into values after the shape of the language, and notes every mistake on the way. A value that could
 * not be made is null, and then at least one violation was noted.
 */
final class NodeReader {
    private static final int MOST_VIOLATIONS = 50;

    private final String file;
    private final List<Violation> violations;
    private final Map<String, Node> nodes = new HashMap<>();
    private final Map<String, Object> values = new HashMap<>();

    NodeReader(String file, List<Violation> violations) {
        this.file = file;
        this.violations = violations;
    }

    /** Whether something is written at a path, well or badly. */
    boolean has(String path) {
        return nodes.containsKey(path);
    }

    /** What is written at a path where {@link #has} is true. */
    Node node(String path) {
        return Objects.requireNonNull(nodes.get(path), path);
    }

    /** What was read at a path; null where nothing was, or nothing that could be used. */
    @Nullable
    Object value(String path) {
        return values.get(path);
    }

    @Nullable
    Object read(Node node, SpecShape shape, @Nullable Field field, String path) {
        nodes.put(path, node);
        Object value = made(node, shape, field, path);
        if (value != null) {
            values.put(path, value);
        }
        return value;
    }

    private @Nullable Object made(Node node, SpecShape shape, @Nullable Field field, String path) {
        return switch (shape) {
            case SpecShape.Mapping mapping -> mapping(node, mapping, path);
            case SpecShape.Union union -> union(node, union, path);
            case SpecShape.Sequence sequence -> sequence(node, sequence, field, path);
            case SpecShape.Dictionary dictionary -> dictionary(node, dictionary, field, path);
            case SpecShape.Scalar scalar -> scalar(node, scalar, field, path);
            case SpecShape.LabelNames labels -> labels(node, labels, field, path);
            case SpecShape.AnchorSizes anchors -> anchors(node, anchors, path);
        };
    }

    private @Nullable Object mapping(Node node, SpecShape.Mapping shape, String path) {
        Optional<SpecShape.FieldShape> list = shape.soleList();
        if (node instanceof SequenceNode && list.isPresent()) {
            Object values = read(node, list.get().shape(), list.get().field(), path);
            return values == null ? null : make(node, shape, List.of(values), path);
        }
        Map<String, NodeTuple> entries = entries(node, shape, path);
        if (entries == null) {
            return null;
        }
        List<String> known =
                shape.fields().stream().map(SpecShape.FieldShape::name).toList();
        entries.forEach((key, entry) -> {
            if (!known.contains(key)) {
                note(entry.getKeyNode(), join(path, key), unknown("field", key, known));
            }
        });
        int before = violations.size();
        List<Object> components = new ArrayList<>();
        for (SpecShape.FieldShape field : shape.fields()) {
            NodeTuple entry = entries.get(field.name());
            Object component = component(node, entry == null ? null : entry.getValueNode(), field, path);
            if (component != null) {
                components.add(component);
            }
        }
        if (components.size() < shape.fields().size() || violations.size() > before) {
            return null;
        }
        return make(node, shape, components, path);
    }

    private @Nullable Object make(Node node, SpecShape.Mapping shape, List<Object> components, String path) {
        try {
            return shape.make().make(components);
        } catch (IllegalArgumentException e) {
            note(node, path, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private @Nullable Object component(Node parent, @Nullable Node node, SpecShape.FieldShape field, String path) {
        String fieldPath = join(path, field.name());
        if (node != null) {
            Object value = read(node, field.shape(), field.field(), fieldPath);
            if (value == null) {
                return null;
            }
            return switch (field.absent()) {
                case REFUSED, DEFAULT -> value;
                case EMPTY_OPTIONAL -> Optional.of(value);
                case EMPTY_OPTIONAL_INT -> OptionalInt.of((Integer) value);
            };
        }
        return switch (field.absent()) {
            case REFUSED -> {
                note(parent, fieldPath, "is missing; write " + field.shape().expected());
                yield null;
            }
            case DEFAULT ->
                read(SpecReader.compose("default", field.field().byDefault()), field.shape(), field.field(), fieldPath);
            case EMPTY_OPTIONAL -> Optional.empty();
            case EMPTY_OPTIONAL_INT -> OptionalInt.empty();
        };
    }

    private @Nullable Object union(Node node, SpecShape.Union shape, String path) {
        Map<String, NodeTuple> entries = entries(node, shape, path);
        if (entries == null) {
            return null;
        }
        if (entries.size() != 1) {
            note(node, path, "must have exactly one key, " + shape.expected() + ": " + entries.keySet());
            return null;
        }
        Map.Entry<String, NodeTuple> entry = entries.entrySet().iterator().next();
        SpecShape variant = shape.variants().get(entry.getKey());
        if (variant == null) {
            Node key = entry.getValue().getKeyNode();
            note(
                    key,
                    join(path, entry.getKey()),
                    unknown("key", entry.getKey(), List.copyOf(shape.variants().keySet())));
            return null;
        }
        return read(entry.getValue().getValueNode(), variant, null, join(path, entry.getKey()));
    }

    private @Nullable Object sequence(Node node, SpecShape.Sequence shape, @Nullable Field field, String path) {
        if (!(node instanceof SequenceNode sequence)) {
            note(node, path, "must be a list, not " + kind(node));
            return null;
        }
        int before = violations.size();
        if (field != null) {
            checkRange(node, field, sequence.getValue().size(), "must have", " entries", path);
        }
        List<Object> values = new ArrayList<>();
        for (Node element : sequence.getValue()) {
            Object value = read(element, shape.element(), null, path + "[" + values.size() + "]");
            if (value == null) {
                values.add(""); // keeps the index right for further messages; the list is not used
            } else {
                values.add(value);
            }
        }
        return violations.size() > before ? null : List.copyOf(values);
    }

    private @Nullable Object dictionary(Node node, SpecShape.Dictionary shape, @Nullable Field field, String path) {
        Map<String, NodeTuple> entries = entries(node, shape, path);
        if (entries == null) {
            return null;
        }
        Map<String, Object> values = new LinkedHashMap<>();
        int before = violations.size();
        entries.forEach((key, entry) -> {
            if (field != null && !field.pattern().isEmpty() && !key.matches(field.pattern())) {
                note(entry.getKeyNode(), join(path, key), "a key must match " + field.pattern() + ": " + shown(key));
            }
            Object value = read(entry.getValueNode(), shape.value(), null, join(path, key));
            if (value != null) {
                values.put(key, value);
            }
        });
        return violations.size() > before ? null : Map.copyOf(values);
    }

    private @Nullable Object scalar(Node node, SpecShape.Scalar shape, @Nullable Field field, String path) {
        if (!(node instanceof ScalarNode scalar)) {
            note(node, path, "must be " + shape.expected() + ", not " + kind(node));
            return null;
        }
        String text = scalar.getValue();
        Object value;
        try {
            value = shape.parse().apply(text);
        } catch (IllegalArgumentException e) {
            note(node, path, e.getMessage() + ": " + shown(text));
            return null;
        }
        if (field == null) {
            return value;
        }
        int before = violations.size();
        if (value instanceof Number number && !checkNumber(node, field, number, path)) {
            return null;
        }
        if (value instanceof ByteSize size && !checkSize(node, field, size, path)) {
            return null;
        }
        if (value instanceof String && !field.pattern().isEmpty() && !text.matches(field.pattern())) {
            note(node, path, "must match " + field.pattern() + ": " + shown(text));
        }
        return violations.size() > before ? null : value;
    }

    private @Nullable Object labels(Node node, SpecShape.LabelNames shape, @Nullable Field field, String path) {
        if (node instanceof ScalarNode scalar) {
            if (StepSpec.Labels.SETS.contains(scalar.getValue())) {
                return StepSpec.Labels.ofSet(scalar.getValue());
            }
            note(node, path, "must be " + shape.expected() + ": " + shown(scalar.getValue()));
            return null;
        }
        SpecShape text = new SpecShape.Scalar("a text", SpecShape.JsonType.TEXT, List.of(), value -> value);
        if (!(read(node, new SpecShape.Sequence(text), field, path) instanceof List<?> names)) {
            return null;
        }
        if (names.isEmpty()) {
            note(node, path, "must not be empty");
            return null;
        }
        return StepSpec.Labels.of(names.stream().map(String::valueOf).toList());
    }

    private @Nullable Object anchors(Node node, SpecShape.AnchorSizes shape, String path) {
        boolean nested = node instanceof SequenceNode sequence
                && !sequence.getValue().isEmpty()
                && sequence.getValue().getFirst() instanceof SequenceNode;
        if (!(read(node, nested ? shape.nested() : shape.flat(), null, path) instanceof List<?> read)) {
            return null;
        }
        List<List<Double>> lists = (nested ? read : List.of(read))
                .stream()
                        .map(list -> ((List<?>) list)
                                .stream().map(Double.class::cast).toList())
                        .toList();
        try {
            return new StepSpec.Anchors(lists);
        } catch (IllegalArgumentException e) {
            note(node, path, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private boolean checkNumber(Node node, Field field, Number number, String path) {
        double value = number.doubleValue();
        if (value >= field.min() && value <= field.max()) {
            return true;
        }
        note(node, path, "must be " + range(field, "") + ": " + number);
        return false;
    }

    private boolean checkSize(Node node, Field field, ByteSize size, String path) {
        if (size.bytes() >= field.min() && size.bytes() <= field.max()) {
            return true;
        }
        note(node, path, "must be " + range(field, " bytes") + ": " + size);
        return false;
    }

    private void checkRange(Node node, Field field, int size, String must, String what, String path) {
        if (size < field.min() || size > field.max()) {
            note(node, path, must + " " + range(field, what) + ": " + size);
        }
    }

    private static String range(Field field, String what) {
        if (field.min() == field.max()) {
            return field.min() + what;
        }
        if (field.min() == Long.MIN_VALUE) {
            return "at most " + field.max() + what;
        }
        return field.max() == Long.MAX_VALUE
                ? "at least " + field.min() + what
                : "from " + field.min() + " to " + field.max() + what;
    }

    private @Nullable Map<String, NodeTuple> entries(Node node, SpecShape shape, String path) {
        if (node instanceof ScalarNode scalar && scalar.getValue().isEmpty() && shape instanceof SpecShape.Mapping) {
            return Map.of(); // "http:" with nothing behind it means "http: {}"
        }
        if (!(node instanceof MappingNode mapping)) {
            note(node, path, "must be " + shape.expected() + ", not " + kind(node));
            return null;
        }
        Map<String, NodeTuple> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                note(tuple.getKeyNode(), path, "a key must be a text, not " + kind(tuple.getKeyNode()));
                return null;
            }
            if (entries.putIfAbsent(key.getValue(), tuple) != null) {
                note(key, join(path, key.getValue()), "is written twice");
                return null;
            }
        }
        return entries;
    }

    void note(Node node, String path, String message) {
        if (violations.size() >= MOST_VIOLATIONS) {
            return;
        }
        int line = node.getStartMark().map(Mark::getLine).orElse(0) + 1;
        int column = node.getStartMark().map(Mark::getColumn).orElse(0) + 1;
        // A value from outside of the document says where it came from.
        String origin = node.getStartMark().map(Mark::getName).orElse(file);
        violations.add(new Violation(origin, line, column, path, message));
    }

    static String unknown(String what, String name, List<String> known) {
        String hint = Nearest.hint(name, known);
        return "unknown " + what + hint + (hint.isEmpty() ? "; allowed here: " + String.join(", ", known) : "");
    }

    private static String kind(Node node) {
        return switch (node) {
            case MappingNode _ -> "a mapping";
            case SequenceNode _ -> "a list";
            case ScalarNode scalar -> shown(scalar.getValue());
            default -> "something else";
        };
    }

    private static String shown(String text) {
        return text.isEmpty() ? "nothing" : text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}

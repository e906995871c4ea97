package io.penstock.spec;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The tree of what a document may hold, made from the records of the language. It is the one place that reads records
 * by reflection: reading, checking, schema and reference all walk this tree.
 */
sealed interface SpecShape {
    /** Records that stand in a document as one value. */
    Set<Class<?>> WRITTEN_AS_TEXT = Set.of(FrameRate.class, ByteSize.class, KeepAliveTime.class, DeviceChoice.class);

    /** For messages: what is expected here. */
    String expected();

    /** One sentence for the reference; empty where the field's own says it all. */
    default String about() {
        return "";
    }

    /** A mapping with known fields; {@code make} builds the record from its components in order. */
    record Mapping(String name, String about, List<FieldShape> fields, Maker make) implements SpecShape {
        /** Its only field where that is a list: the list may then stand in the mapping's place. */
        Optional<FieldShape> soleList() {
            return fields.size() == 1 && fields.getFirst().shape() instanceof Sequence
                    ? Optional.of(fields.getFirst())
                    : Optional.empty();
        }

        @Override
        public String expected() {
            return "a mapping with " + fields.stream().map(FieldShape::name).collect(Collectors.joining(", "));
        }
    }

    /** A mapping with exactly one of the keys; behind a key may stand another such choice. */
    record Union(String about, Map<String, SpecShape> variants) implements SpecShape {
        @Override
        public String expected() {
            return "one of " + String.join(" | ", variants.keySet());
        }
    }

    /** A sequence. */
    record Sequence(SpecShape element) implements SpecShape {
        @Override
        public String expected() {
            return "a list";
        }
    }

    /** A mapping with any keys. */
    record Dictionary(SpecShape value) implements SpecShape {
        @Override
        public String expected() {
            return "a mapping";
        }
    }

    /** A single value; {@code parse} says in its exception what is allowed. */
    record Scalar(String expected, JsonType schema, List<String> choices, Function<String, Object> parse)
            implements SpecShape {}

    /** A scalar in the JSON schema: a type or several, and the pattern of a text; empty for any. */
    record JsonType(List<String> types, String pattern) {
        static final JsonType TEXT = new JsonType(List.of("string"), "");

        /** As the schema writes it. */
        Object type() {
            return types.size() == 1 ? types.getFirst() : types;
        }

        boolean isNumber() {
            return !types.contains("string");
        }

        static JsonType of(String type) {
            return new JsonType(List.of(type), "");
        }
    }

    /** A known set by name, or a list of names. */
    record LabelNames() implements SpecShape {
        @Override
        public String expected() {
            return String.join(", ", StepSpec.Labels.SETS) + ", or a list of names";
        }
    }

    /** Sizes in one list of numbers, or in lists of them. */
    record AnchorSizes(Scalar number) implements SpecShape {
        @Override
        public String expected() {
            return "a list of numbers, or a list of such lists";
        }

        Sequence flat() {
            return new Sequence(number);
        }

        Sequence nested() {
            return new Sequence(flat());
        }
    }

    /** One field of a mapping; {@code optional} tells how its absence is given to the record. */
    record FieldShape(String name, Field field, SpecShape shape, Absent absent) {
        boolean isRequired() {
            return absent == Absent.REFUSED;
        }
    }

    /** What an absent field becomes. */
    enum Absent {
        REFUSED,
        DEFAULT,
        EMPTY_OPTIONAL,
        EMPTY_OPTIONAL_INT
    }

    /** Builds a record; what its compact constructor refuses comes out as {@link IllegalArgumentException}. */
    interface Maker {
        Object make(List<Object> components);
    }

    static Mapping of(Class<? extends Record> type) {
        List<FieldShape> fields = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            fields.add(field(component));
        }
        return new Mapping(lowerFirst(type.getSimpleName()), about(type), List.copyOf(fields), maker(type));
    }

    private static FieldShape field(RecordComponent component) {
        Field field = Objects.requireNonNull(component.getAnnotation(Field.class), component::toString);
        Type type = component.getGenericType();
        if (type == OptionalInt.class) {
            return new FieldShape(component.getName(), field, shape(int.class), Absent.EMPTY_OPTIONAL_INT);
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() == Optional.class) {
            SpecShape inner = shape(generic.getActualTypeArguments()[0]);
            return new FieldShape(component.getName(), field, inner, Absent.EMPTY_OPTIONAL);
        }
        Absent absent = field.byDefault().equals(Field.NONE) ? Absent.REFUSED : Absent.DEFAULT;
        return new FieldShape(component.getName(), field, shape(type), absent);
    }

    private static SpecShape shape(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            return generic.getRawType() == List.class
                    ? new Sequence(shape(arguments[0]))
                    : new Dictionary(shape(arguments[1]));
        }
        Class<?> raw = (Class<?>) type;
        if (raw == StepSpec.Labels.class) {
            return new LabelNames();
        }
        if (raw == StepSpec.Anchors.class) {
            return new AnchorSizes(scalar(double.class));
        }
        if (raw.isRecord() && !WRITTEN_AS_TEXT.contains(raw)) {
            return of(raw.asSubclass(Record.class));
        }
        if (raw.isSealed()) {
            return union(raw);
        }
        return scalar(raw);
    }

    private static Union union(Class<?> sealed) {
        Map<String, SpecShape> variants = new LinkedHashMap<>();
        for (Class<?> variant : Objects.requireNonNull(sealed.getPermittedSubclasses())) {
            variants.put(lowerFirst(variant.getSimpleName()), shape(variant));
        }
        return new Union(about(sealed), variants);
    }

    private static Scalar scalar(Class<?> type) {
        if (type == String.class) {
            return new Scalar("a text", JsonType.TEXT, List.of(), text -> text);
        }
        if (type == int.class || type == Integer.class) {
            return new Scalar(
                    "a whole number", JsonType.of("integer"), List.of(), parsing("a whole number", Integer::valueOf));
        }
        if (type == long.class || type == Long.class) {
            return new Scalar(
                    "a whole number", JsonType.of("integer"), List.of(), parsing("a whole number", Long::valueOf));
        }
        if (type == double.class || type == Double.class) {
            return new Scalar("a number", JsonType.of("number"), List.of(), parsing("a number", SpecShape::finite));
        }
        if (type == boolean.class) {
            return new Scalar("true or false", JsonType.of("boolean"), List.of(), SpecShape::truth);
        }
        if (type == Duration.class) {
            return new Scalar(
                    "a duration such as 250ms, 5s, 2m or 1h",
                    new JsonType(List.of("string"), Durations.PATTERN),
                    List.of(),
                    Durations::parse);
        }
        if (type == ByteSize.class) {
            return new Scalar(
                    "a size such as 512Ki, 64Mi or 1Gi",
                    new JsonType(List.of("string", "integer"), ByteSize.PATTERN),
                    List.of(),
                    ByteSize::parse);
        }
        if (type == FrameRate.class) {
            return new Scalar(
                    "frames per second, or max",
                    new JsonType(List.of("number", "string"), "max|[0-9.]+"),
                    List.of(),
                    FrameRate::parse);
        }
        if (type == KeepAliveTime.class) {
            return new Scalar(
                    "a duration such as 5m, never or always",
                    new JsonType(List.of("string"), "never|always|" + Durations.PATTERN),
                    List.of(),
                    KeepAliveTime::parse);
        }
        if (type == DeviceChoice.class) {
            return new Scalar(
                    "auto, cpu, cuda, cuda:N, tensorrt or tensorrt:N",
                    new JsonType(List.of("string"), DeviceChoice.PATTERN),
                    List.of(),
                    DeviceChoice::parse);
        }
        if (type.isEnum()) {
            return choice(type);
        }
        throw new IllegalStateException("the language has no scalar " + type);
    }

    private static Scalar choice(Class<?> type) {
        List<Object> constants = Arrays.asList((Object[]) Objects.requireNonNull(type.getEnumConstants()));
        List<String> choices = constants.stream().map(Object::toString).toList();
        String expected = choices.size() == 1 ? choices.getFirst() : "one of " + String.join(" | ", choices);
        return new Scalar(expected, JsonType.TEXT, choices, text -> {
            int index = choices.indexOf(text);
            if (index < 0) {
                String near = Nearest.hint(text, choices);
                throw new IllegalArgumentException("must be " + expected + near);
            }
            return constants.get(index);
        });
    }

    private static Function<String, Object> parsing(String what, Function<String, Object> parse) {
        return text -> {
            try {
                return parse.apply(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("must be " + what, e);
            }
        };
    }

    private static Object finite(String text) {
        double value = Double.parseDouble(text);
        if (!Double.isFinite(value)) {
            throw new NumberFormatException(text);
        }
        return value;
    }

    private static Object truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }

    private static Maker maker(Class<? extends Record> type) {
        Class<?>[] parameters = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        return components -> {
            try {
                return type.getDeclaredConstructor(parameters).newInstance(components.toArray());
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof IllegalArgumentException refused) {
                    throw refused;
                }
                throw new IllegalStateException("making " + type, e);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("making " + type, e);
            }
        };
    }

    private static String about(Class<?> type) {
        @Nullable Field field = type.getAnnotation(Field.class);
        return field == null ? "" : field.value();
    }

    private static String lowerFirst(String name) {
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }
}

package io.penstock.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** The JSON schema of documents, draft 7 (the one that editors' YAML plug-ins understand), made from the language's shapes. */
public final class SpecSchema {
    private SpecSchema() {}

    /** The schema of a document of any kind, as indented JSON. */
    public static String json() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "http://json-schema.org/draft-07/schema#");
        schema.put("title", "Penstock document");
        schema.put("type", "object");
        schema.put("required", List.of("apiVersion", "kind"));
        List<Object> kinds = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            kinds.add(ordered(
                    "if",
                    Map.of("properties", Map.of("kind", Map.of("const", kind.written()))),
                    "then",
                    document(kind)));
        }
        schema.put(
                "properties",
                ordered(
                        "apiVersion", Map.of("const", InferencePipeline.API_VERSION),
                        "kind", Map.of("enum", Kind.all())));
        schema.put("allOf", kinds);
        return new Json().write(schema);
    }

    private static Map<String, Object> document(Kind kind) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("apiVersion", Map.of("const", InferencePipeline.API_VERSION));
        properties.put("kind", Map.of("const", kind.written()));
        kind.shape().fields().forEach(field -> properties.put(field.name(), field(field)));
        List<String> required = new ArrayList<>(List.of("apiVersion", "kind"));
        required.addAll(required(kind.shape()));
        return ordered(
                "description",
                kind.shape().about(),
                "properties",
                properties,
                "required",
                required,
                "additionalProperties",
                false);
    }

    private static List<String> required(SpecShape.Mapping mapping) {
        return mapping.fields().stream()
                .filter(SpecShape.FieldShape::isRequired)
                .map(SpecShape.FieldShape::name)
                .toList();
    }

    private static Map<String, Object> field(SpecShape.FieldShape field) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("description", field.field().value());
        schema.putAll(shape(field.shape(), field.field()));
        if (field.absent() == SpecShape.Absent.DEFAULT) {
            schema.put(
                    "default", value(SpecReader.compose("default", field.field().byDefault()), field.shape()));
        }
        return schema;
    }

    private static Map<String, Object> shape(SpecShape shape, Field field) {
        return switch (shape) {
            case SpecShape.Mapping mapping -> mapping(mapping);
            case SpecShape.Union union -> union(union);
            case SpecShape.Sequence sequence -> {
                Map<String, Object> list = ordered("type", "array", "items", element(sequence.element()));
                bound(list, field, "minItems", "maxItems");
                yield list;
            }
            case SpecShape.Dictionary dictionary -> {
                Map<String, Object> map =
                        ordered("type", "object", "additionalProperties", element(dictionary.value()));
                if (!field.pattern().isEmpty()) {
                    map.put("propertyNames", Map.of("pattern", "^(?:" + field.pattern() + ")$"));
                }
                yield map;
            }
            case SpecShape.Scalar scalar -> scalar(scalar, field);
            case SpecShape.LabelNames _ ->
                ordered(
                        "anyOf",
                        List.of(
                                Map.of("enum", StepSpec.Labels.SETS),
                                ordered("type", "array", "items", Map.of("type", "string"), "minItems", 1)));
            case SpecShape.AnchorSizes _ -> anchors();
        };
    }

    private static Map<String, Object> anchors() {
        Map<String, Object> side = ordered("type", "number", "exclusiveMinimum", 0);
        Map<String, Object> flat = ordered("type", "array", "items", side, "minItems", 2);
        return ordered("anyOf", List.of(flat, ordered("type", "array", "items", flat, "minItems", 1)));
    }

    /** What stands inside of a list or mapping has no field of its own. */
    private static Map<String, Object> element(SpecShape shape) {
        return switch (shape) {
            case SpecShape.Scalar scalar -> ordered("type", scalar.schema().type());
            case SpecShape.Mapping mapping -> mapping(mapping);
            case SpecShape.Union union -> union(union);
            case SpecShape.Sequence sequence -> ordered("type", "array", "items", element(sequence.element()));
            case SpecShape.Dictionary dictionary ->
                ordered("type", "object", "additionalProperties", element(dictionary.value()));
            case SpecShape.LabelNames _ -> ordered("type", "array");
            case SpecShape.AnchorSizes _ -> anchors();
        };
    }

    private static Map<String, Object> mapping(SpecShape.Mapping mapping) {
        Map<String, Object> properties = new LinkedHashMap<>();
        mapping.fields().forEach(field -> properties.put(field.name(), field(field)));
        Map<String, Object> schema = new LinkedHashMap<>();
        boolean mayBeEmpty = required(mapping).isEmpty();
        // "http:" with nothing behind it means "http: {}".
        schema.put("type", mayBeEmpty ? List.of("object", "null") : "object");
        schema.put("properties", properties);
        if (!mayBeEmpty) {
            schema.put("required", required(mapping));
        }
        schema.put("additionalProperties", false);
        return mapping.soleList()
                .map(list -> ordered("anyOf", List.of(field(list), schema)))
                .orElse(schema);
    }

    private static Map<String, Object> union(SpecShape.Union union) {
        Map<String, Object> properties = new LinkedHashMap<>();
        union.variants().forEach((key, variant) -> {
            Map<String, Object> schema = ordered("description", variant.about());
            schema.putAll(element(variant));
            properties.put(key, schema);
        });
        return ordered(
                "type",
                "object",
                "properties",
                properties,
                "additionalProperties",
                false,
                "minProperties",
                1,
                "maxProperties",
                1);
    }

    private static Map<String, Object> scalar(SpecShape.Scalar scalar, Field field) {
        Map<String, Object> schema = new LinkedHashMap<>();
        if (!scalar.choices().isEmpty()) {
            schema.put("enum", scalar.choices());
            return schema;
        }
        schema.put("type", scalar.schema().type());
        String pattern = scalar.schema().pattern().isEmpty()
                ? field.pattern()
                : scalar.schema().pattern();
        if (!pattern.isEmpty()) {
            schema.put("pattern", "^(?:" + pattern + ")$");
        }
        if (scalar.schema().isNumber()) {
            bound(schema, field, "minimum", "maximum");
        }
        return schema;
    }

    private static void bound(Map<String, Object> schema, Field field, String least, String greatest) {
        if (field.min() != Long.MIN_VALUE) {
            schema.put(least, field.min());
        }
        if (field.max() != Long.MAX_VALUE) {
            schema.put(greatest, field.max());
        }
    }

    /** A default as JSON. */
    private static Object value(Node node, SpecShape shape) {
        return switch (node) {
            case MappingNode mapping -> {
                Map<String, Object> values = new LinkedHashMap<>();
                mapping.getValue()
                        .forEach(tuple -> values.put(
                                ((ScalarNode) tuple.getKeyNode()).getValue(), value(tuple.getValueNode(), shape)));
                yield values;
            }
            case SequenceNode sequence ->
                sequence.getValue().stream()
                        .map(element ->
                                value(element, shape instanceof SpecShape.Sequence list ? list.element() : shape))
                        .collect(Collectors.toList());
            case ScalarNode scalar -> scalarValue(scalar.getValue(), shape);
            default -> throw new IllegalStateException("a default of kind " + node.getNodeType());
        };
    }

    private static Object scalarValue(String text, SpecShape shape) {
        if (!(shape instanceof SpecShape.Scalar scalar)) {
            return text;
        }
        return switch (scalar.parse().apply(text)) {
            case Number number -> number;
            case Boolean truth -> truth;
            default -> text;
        };
    }

    private static Map<String, Object> ordered(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}

package io.penstock.spec;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads and checks documents: every mistake in them is reported, not only the first. */
public final class SpecReader {
    /** Bytes of the largest document that is read. */
    public static final int MOST_BYTES = 1 << 20;

    private static final int DEEPEST = 100;
    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setCodePointLimit(MOST_BYTES)
            .setMaxAliasesForCollections(50)
            .build();

    private final SpecShape.Mapping pipeline = SpecShape.of(InferencePipeline.class);

    /**
     * Reads all documents of a file and fills in defaults.
     *
     * @param file its name, for messages
     * @throws InvalidSpecException with every mistake, each with line and column
     */
    public List<InferencePipeline> read(String file, String text) {
        List<Violation> violations = new ArrayList<>();
        List<InferencePipeline> pipelines = new ArrayList<>();
        NodeReader reader = new NodeReader(file, violations);
        for (Node document : documents(file, text)) {
            Node body = withoutHeader(document, reader);
            if (body != null && reader.read(body, pipeline, null, "") instanceof InferencePipeline read) {
                checkSteps(read, reader, document);
                pipelines.add(read);
            }
        }
        checkNames(file, pipelines, violations);
        if (violations.isEmpty() && pipelines.isEmpty()) {
            violations.add(
                    new Violation(file, 1, 1, "", "the document is empty; write apiVersion, kind, metadata and spec"));
        }
        if (!violations.isEmpty()) {
            throw new InvalidSpecException(violations);
        }
        return List.copyOf(pipelines);
    }

    private static Iterable<Node> documents(String file, String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
            throw refused(file, 1, 1, "a document may have at most " + MOST_BYTES + " bytes");
        }
        try {
            checkDepth(file, text);
            List<Node> nodes = new ArrayList<>();
            new Compose(SETTINGS).composeAllFromString(text).forEach(nodes::add);
            return nodes;
        } catch (MarkedYamlEngineException e) {
            Optional<Mark> mark = e.getProblemMark();
            throw refused(
                    file,
                    mark.map(Mark::getLine).orElse(0) + 1,
                    mark.map(Mark::getColumn).orElse(0) + 1,
                    "this is not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw refused(file, 1, 1, "this is not YAML: " + e.getMessage());
        }
    }

    /** The composer recurses, so depth is bounded before it runs. */
    private static void checkDepth(String file, String text) {
        int depth = 0;
        for (Event event : new Parse(SETTINGS).parseString(text)) {
            switch (event.getEventId()) {
                case MappingStart, SequenceStart -> depth++;
                case MappingEnd, SequenceEnd -> depth--;
                default -> {}
            }
            if (depth > DEEPEST) {
                int line = event.getStartMark().map(Mark::getLine).orElse(0) + 1;
                throw refused(file, line, 1, "is nested deeper than " + DEEPEST);
            }
        }
    }

    /** Checks {@code apiVersion} and {@code kind}, and gives the rest; null after a violation. */
    private static @Nullable Node withoutHeader(Node document, NodeReader reader) {
        if (!(document instanceof MappingNode mapping)) {
            reader.note(document, "", "must be a mapping with apiVersion, kind, metadata and spec");
            return null;
        }
        List<NodeTuple> rest = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        boolean accepted = true;
        for (NodeTuple tuple : mapping.getValue()) {
            String key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
            String wanted = switch (key) {
                case "apiVersion" -> InferencePipeline.API_VERSION;
                case "kind" -> InferencePipeline.KIND;
                default -> "";
            };
            if (wanted.isEmpty()) {
                rest.add(tuple);
                continue;
            }
            seen.add(key);
            String value = tuple.getValueNode() instanceof ScalarNode scalar ? scalar.getValue() : "a collection";
            if (!value.equals(wanted)) {
                reader.note(tuple.getValueNode(), key, "must be " + wanted + ": " + value);
                accepted = false;
            }
        }
        for (String key : List.of("apiVersion", "kind")) {
            if (!seen.contains(key)) {
                String wanted = key.equals("kind") ? InferencePipeline.KIND : InferencePipeline.API_VERSION;
                reader.note(document, key, "is missing; write " + wanted);
                accepted = false;
            }
        }
        return accepted
                ? new MappingNode(
                        mapping.getTag(),
                        true,
                        rest,
                        mapping.getFlowStyle(),
                        mapping.getStartMark(),
                        mapping.getEndMark())
                : null;
    }

    private static void checkSteps(InferencePipeline read, NodeReader reader, Node document) {
        StepSpec.Stage stage = StepSpec.Stage.PICTURE;
        boolean after = false;
        for (Optional<List<StepSpec>> list :
                List.of(read.spec().preprocess(), read.spec().postprocess())) {
            String path = after ? "spec.postprocess" : "spec.preprocess";
            stage = after ? StepSpec.Stage.TENSORS : stage;
            int index = 0;
            for (StepSpec step : list.orElse(List.of())) {
                if (step.needs() != stage) {
                    reader.note(document, path + "[" + index + "]", mismatch(step, stage));
                    return;
                }
                stage = step.leaves();
                index++;
            }
            if (!after && list.isPresent() && stage != StepSpec.Stage.TENSORS) {
                reader.note(document, path, "must end with toTensor, so that the model has its input");
            }
            after = true;
        }
    }

    private static String mismatch(StepSpec step, StepSpec.Stage stage) {
        String name = step.getClass().getSimpleName();
        return Character.toLowerCase(name.charAt(0)) + name.substring(1) + " needs " + words(step.needs())
                + ", but there is " + words(stage) + " here";
    }

    private static String words(StepSpec.Stage stage) {
        return switch (stage) {
            case PICTURE -> "a picture";
            case PLACED_PICTURE -> "a picture fitted by letterbox or resize";
            case TENSORS -> "tensors";
            case FINDINGS -> "detections";
        };
    }

    private static void checkNames(String file, List<InferencePipeline> pipelines, List<Violation> violations) {
        Set<String> names = new HashSet<>();
        for (InferencePipeline pipeline : pipelines) {
            if (!names.add(pipeline.name())) {
                violations.add(
                        new Violation(file, 1, 1, "metadata.name", "two pipelines are named " + pipeline.name()));
            }
            if (pipeline.spec().source() instanceof SourceSpec.Streams streams) {
                Set<String> cameras = new HashSet<>();
                for (SourceSpec.CameraSpec camera : streams.cameras()) {
                    if (!cameras.add(camera.name())) {
                        String message = "two cameras are named " + camera.name();
                        violations.add(new Violation(file, 1, 1, "spec.source.streams.cameras", message));
                    }
                }
            }
        }
    }

    /** One node of a default, as written in the language's records. */
    static Node compose(String yaml) {
        return new Compose(SETTINGS).composeString(yaml).orElseThrow();
    }

    private static InvalidSpecException refused(String file, int line, int column, String message) {
        return new InvalidSpecException(List.of(new Violation(file, line, column, "", message)));
    }
}

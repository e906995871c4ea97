package io.penstock.spec;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
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
    /** Bytes of the largest document that is read, whatever limits a process has of its own. */
    public static final int MOST_BYTES = 16 << 20;

    private static final int DEEPEST = 100;

    private final List<SpecOverride> overrides;

    public SpecReader() {
        this(List.of());
    }

    /** @param overrides set in each document they are meant for, before it is checked */
    public SpecReader(List<SpecOverride> overrides) {
        this.overrides = List.copyOf(overrides);
    }

    /**
     * Reads all documents of a file and fills in defaults.
     *
     * @param file its name, for messages
     * @throws InvalidSpecException with every mistake, each with line and column
     */
    public SpecDocuments read(String file, String text) {
        List<Violation> violations = new ArrayList<>();
        List<InferencePipeline> pipelines = new ArrayList<>();
        List<ServerSpec> servers = new ArrayList<>();
        SpecChecks checks = new SpecChecks();
        for (Node written : documents(file, text)) {
            NodeReader reader = new NodeReader(file, violations);
            Kind kind = kind(written, reader);
            if (kind == null) {
                continue;
            }
            Node document = overridden(written, kind, violations);
            Object read = reader.read(withoutHeader(document), kind.shape(), null, "");
            checks.check(kind, reader);
            switch (read) {
                case InferencePipeline pipeline -> pipelines.add(pipeline);
                case ServerDocument server -> servers.add(server.spec());
                case null, default -> {} // what is wrong was noted
            }
        }
        checks.checkTogether();
        if (violations.isEmpty() && pipelines.isEmpty() && servers.isEmpty()) {
            violations.add(
                    new Violation(file, 1, 1, "", "the document is empty; write apiVersion, kind, metadata and spec"));
        }
        if (servers.size() > 1) {
            violations.add(new Violation(file, 1, 1, "kind", "a file may hold one Server: " + servers.size()));
        }
        if (!violations.isEmpty()) {
            throw new InvalidSpecException(violations);
        }
        return new SpecDocuments(pipelines, servers.stream().findFirst());
    }

    /** What the process is told where no document of kind Server says so: the defaults, and what overrides set. */
    public ServerSpec readDefaultServer() {
        return read(
                        "Server",
                        "{apiVersion: " + InferencePipeline.API_VERSION + ", kind: " + Kind.SERVER.written() + "}")
                .server()
                .orElseThrow();
    }

    private static Iterable<Node> documents(String file, String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
            throw refused(file, 1, 1, "a document may have at most " + MOST_BYTES + " bytes");
        }
        try {
            checkDepth(file, text);
            List<Node> nodes = new ArrayList<>();
            new Compose(settings(file)).composeAllFromString(text).forEach(nodes::add);
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
        for (Event event : new Parse(settings(file)).parseString(text)) {
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

    /** The document's kind; null after a violation. */
    private static @Nullable Kind kind(Node document, NodeReader reader) {
        if (!(document instanceof MappingNode mapping)) {
            reader.note(document, "", "must be a mapping with apiVersion, kind, metadata and spec");
            return null;
        }
        Map<String, Node> header = mapping.getValue().stream()
                .filter(SpecReader::isHeader)
                .collect(Collectors.toMap(SpecReader::key, NodeTuple::getValueNode, (first, _) -> first));
        Node version = header.get("apiVersion");
        if (version == null) {
            reader.note(document, "apiVersion", "is missing; write " + InferencePipeline.API_VERSION);
        } else if (!text(version).equals(InferencePipeline.API_VERSION)) {
            reader.note(version, "apiVersion", "must be " + InferencePipeline.API_VERSION + ": " + text(version));
        }
        Node kind = header.get("kind");
        if (kind == null) {
            reader.note(document, "kind", "is missing; write " + Kind.names());
            return null;
        }
        Optional<Kind> known = Kind.find(text(kind));
        if (known.isEmpty()) {
            String hint = Nearest.hint(text(kind), Kind.all());
            reader.note(kind, "kind", "must be " + Kind.names() + ": " + text(kind) + hint);
        }
        return known.orElse(null);
    }

    private static String text(Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "a collection";
    }

    private static String key(NodeTuple tuple) {
        return tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    private static boolean isHeader(NodeTuple tuple) {
        return key(tuple).equals("apiVersion") || key(tuple).equals("kind");
    }

    private static Node withoutHeader(Node document) {
        if (!(document instanceof MappingNode mapping)) {
            return document;
        }
        List<NodeTuple> rest =
                mapping.getValue().stream().filter(tuple -> !isHeader(tuple)).toList();
        return new MappingNode(
                mapping.getTag(), true, rest, mapping.getFlowStyle(), mapping.getStartMark(), mapping.getEndMark());
    }

    private Node overridden(Node document, Kind kind, List<Violation> violations) {
        Node result = document;
        for (SpecOverride override : overrides) {
            try {
                if (override.isFor(kind, result)) {
                    result = override.applyTo(result);
                }
            } catch (IllegalArgumentException e) {
                violations.add(new Violation(override.label(), 1, 1, "", String.valueOf(e.getMessage())));
            } catch (YamlEngineException e) {
                violations.add(new Violation(override.label(), 1, 1, "", "this is not YAML: " + e.getMessage()));
            }
        }
        return result;
    }

    /** One node of a value that stands outside of a document: a default, or an override. */
    static Node compose(String label, String yaml) {
        return new Compose(settings(label)).composeString(yaml).orElseThrow();
    }

    private static LoadSettings settings(String label) {
        return LoadSettings.builder()
                .setLabel(label)
                .setCodePointLimit(MOST_BYTES)
                .setMaxAliasesForCollections(50)
                .build();
    }

    private static InvalidSpecException refused(String file, int line, int column, String message) {
        return new InvalidSpecException(List.of(new Violation(file, line, column, "", message)));
    }
}

package io.penstock.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A field that is set from outside of the document: {@code spec.model.instances=2} in every pipeline,
 * {@code street/spec.model.instances=2} in one, {@code Server/spec.listen.port=0} in the server's. Keys are separated by
 * dots, {@code [1]} is an entry of a list, one past its end adds an entry; the value is YAML.
 *
 * @param document the pipeline's name, {@code Server}, or nothing for every pipeline
 */
public record SpecOverride(String document, List<String> keys, String value, String written) {
    private static final Pattern WRITTEN = Pattern.compile("(?:([A-Za-z0-9-]+)/)?([^=]+)=(.*)", Pattern.DOTALL);
    private static final Pattern KEY = Pattern.compile("([^.\\[\\]\"]+|\"[^\"]+\")((?:\\[[0-9]{1,4}\\])*)(?:\\.|$)");

    private static final Pattern INDEX = Pattern.compile("\\[[0-9]+\\]");

    public SpecOverride {
        keys = List.copyOf(keys);
    }

    /** @throws IllegalArgumentException saying how it is written */
    public static SpecOverride parse(String text) {
        Matcher matcher = WRITTEN.matcher(text);
        if (!matcher.matches()) {
            throw refused(text);
        }
        String path = matcher.group(2).strip();
        List<String> keys = new ArrayList<>();
        Matcher key = KEY.matcher(path);
        int end = 0;
        while (end < path.length()) {
            if (!key.find(end) || key.start() != end) {
                throw refused(text);
            }
            keys.add(key.group(1).replace("\"", ""));
            INDEX.matcher(key.group(2)).results().map(MatchResult::group).forEach(keys::add);
            end = key.end();
        }
        return new SpecOverride(
                Optional.ofNullable(matcher.group(1)).orElse(""),
                keys,
                matcher.group(3).strip(),
                text);
    }

    private static IllegalArgumentException refused(String text) {
        return new IllegalArgumentException("must be path=value, such as spec.model.instances=2: " + text);
    }

    /** Stands for the file in messages. */
    String label() {
        return "--set " + written;
    }

    boolean isFor(Kind kind, Node node) {
        return switch (kind) {
            case SERVER -> document.equals(Kind.SERVER.written());
            case INFERENCE_PIPELINE -> document.isEmpty() || document.equals(name(node));
        };
    }

    private static String name(Node document) {
        return child(document, "metadata")
                .flatMap(metadata -> child(metadata, "name"))
                .map(name -> name instanceof ScalarNode scalar ? scalar.getValue() : "")
                .orElse("");
    }

    private static Optional<Node> child(Node node, String key) {
        if (!(node instanceof MappingNode mapping)) {
            return Optional.empty();
        }
        return mapping.getValue().stream()
                .filter(tuple -> isKey(tuple, key))
                .map(NodeTuple::getValueNode)
                .findFirst();
    }

    private static boolean isKey(NodeTuple tuple, String key) {
        return tuple.getKeyNode() instanceof ScalarNode scalar
                && scalar.getValue().equals(key);
    }

    /**
     * The document with this field set; nodes that other places share through an anchor stay as they are.
     *
     * @throws IllegalArgumentException if the path leads through what is neither a mapping nor a list
     */
    Node applyTo(Node root) {
        Node set = SpecReader.compose(label(), value.isEmpty() ? "''" : value);
        return with(root, 0, set);
    }

    private Node with(@Nullable Node node, int depth, Node set) {
        if (depth == keys.size()) {
            return set;
        }
        String key = keys.get(depth);
        return key.startsWith("[") ? withEntry(node, depth, set) : withKey(node, key, depth, set);
    }

    private Node withKey(@Nullable Node node, String key, int depth, Node set) {
        boolean absent = node == null
                || (node instanceof ScalarNode scalar && scalar.getValue().isEmpty());
        if (!absent && !(node instanceof MappingNode)) {
            throw new IllegalArgumentException(path(depth) + " is no mapping, so it has no field " + key);
        }
        List<NodeTuple> tuples = new ArrayList<>();
        boolean found = false;
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                boolean here = isKey(tuple, key);
                found |= here;
                Node value = here ? with(tuple.getValueNode(), depth + 1, set) : tuple.getValueNode();
                tuples.add(new NodeTuple(tuple.getKeyNode(), value));
            }
        }
        if (!found) {
            Optional<Mark> mark = set.getStartMark();
            Node name = new ScalarNode(Tag.STR, true, key, ScalarStyle.PLAIN, mark, mark);
            tuples.add(new NodeTuple(name, with(null, depth + 1, set)));
        }
        Optional<Mark> mark = node == null ? set.getStartMark() : node.getStartMark();
        return new MappingNode(Tag.MAP, true, tuples, FlowStyle.BLOCK, mark, mark);
    }

    private Node withEntry(@Nullable Node node, int depth, Node set) {
        String key = keys.get(depth);
        int index = Integer.parseInt(key, 1, key.length() - 1, 10);
        if (node != null && !(node instanceof SequenceNode)) {
            throw new IllegalArgumentException(path(depth) + " is no list, so it has no entry " + key);
        }
        List<Node> entries =
                node instanceof SequenceNode sequence ? new ArrayList<>(sequence.getValue()) : new ArrayList<>();
        if (index > entries.size()) {
            throw new IllegalArgumentException(path(depth) + " has " + entries.size() + " entries, so the next one is ["
                    + entries.size() + "]: " + key);
        }
        if (index == entries.size()) {
            entries.add(with(null, depth + 1, set));
        } else {
            entries.set(index, with(entries.get(index), depth + 1, set));
        }
        Optional<Mark> mark = node == null ? set.getStartMark() : node.getStartMark();
        return new SequenceNode(Tag.SEQ, true, entries, FlowStyle.BLOCK, mark, mark);
    }

    private String path(int depth) {
        return String.join(".", keys.subList(0, depth)).replace(".[", "[");
    }
}

package io.penstock.spec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * What one field alone cannot tell: whether steps fit one another, and whether names are unique. It looks at whatever
 * could be read, so that it reports beside the mistakes of single fields and not only once those are mended.
 */
final class SpecChecks {
    private final Map<String, Node> pipelines = new HashMap<>();
    private final List<Call> calls = new ArrayList<>();

    /** A step in which one pipeline calls another. */
    private record Call(NodeReader reader, String caller, String called, String path) {}

    /** Checks one document that {@code reader} has gone through. */
    void check(Kind kind, NodeReader reader) {
        switch (kind) {
            case INFERENCE_PIPELINE -> {
                checkSteps(reader);
                checkCameras(reader);
                gatherCalls(reader);
                if (reader.value("metadata.name") instanceof String name) {
                    Node node = reader.node("metadata.name");
                    if (pipelines.putIfAbsent(name, node) != null) {
                        reader.note(node, "metadata.name", "two pipelines are named " + name);
                    }
                }
            }
            case SERVER -> {}
        }
    }

    private void gatherCalls(NodeReader reader) {
        for (int i = 0; reader.has("spec.postprocess[" + i + "]"); i++) {
            String path = "spec.postprocess[" + i + "]";
            if (reader.value(path) instanceof StepSpec.Infer infer
                    && reader.value("metadata.name") instanceof String name) {
                calls.add(new Call(reader, name, infer.pipeline(), path + ".infer.pipeline"));
            }
        }
    }

    /** Checks what only all documents of a file together tell: that no pipeline comes to call itself. */
    void checkTogether() {
        if (calls.isEmpty()) {
            return;
        }
        PipelineCalls all = new PipelineCalls();
        for (Call call : calls) {
            all.add(call.caller, call.called);
        }
        for (Call call : calls) {
            all.cycle(call.caller, call.called)
                    .ifPresent(cycle -> call.reader.note(
                            call.reader.node(call.path),
                            call.path,
                            "a pipeline must not come to call itself: " + cycle));
        }
    }

    private void checkSteps(NodeReader reader) {
        StepSpec.@Nullable Stage stage = walk(reader, "spec.preprocess", StepSpec.Stage.PICTURE);
        if (reader.has("spec.preprocess[0]") && stage != null && stage != StepSpec.Stage.TENSORS) {
            reader.note(
                    reader.node("spec.preprocess"),
                    "spec.preprocess",
                    "must end with toTensor, so that the model has its input");
        }
        walk(reader, "spec.postprocess", StepSpec.Stage.TENSORS);
        checkTracks(reader);
    }

    /** What needs objects that are followed stands behind the one step that follows them. */
    private static void checkTracks(NodeReader reader) {
        boolean tracked = false;
        for (int i = 0; reader.has("spec.postprocess[" + i + "]"); i++) {
            String path = "spec.postprocess[" + i + "]";
            Object step = reader.value(path);
            if (step instanceof StepSpec.Track) {
                if (tracked) {
                    reader.note(reader.node(path), path, "track stands in a list once");
                }
                tracked = true;
            } else if (step instanceof StepSpec.Lines && !tracked) {
                reader.note(
                        reader.node(path), path, "lines needs track before it: only objects that are followed cross");
            }
        }
    }

    /** What is there after a list's last step; null once a step could not be read or did not fit. */
    private StepSpec.@Nullable Stage walk(NodeReader reader, String list, StepSpec.Stage first) {
        StepSpec.@Nullable Stage stage = first;
        for (int i = 0; reader.has(list + "[" + i + "]"); i++) {
            String path = list + "[" + i + "]";
            if (!(reader.value(path) instanceof StepSpec step)) {
                stage = null;
                continue;
            }
            if (stage != null && step.needs() != stage) {
                reader.note(reader.node(path), path, mismatch(step, stage));
                return null;
            }
            stage = step.leaves();
        }
        return stage;
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

    private void checkCameras(NodeReader reader) {
        Set<String> names = new HashSet<>();
        String cameras = "spec.source.streams.cameras";
        for (int i = 0; reader.has(cameras + "[" + i + "]"); i++) {
            String path = cameras + "[" + i + "].name";
            if (reader.value(path) instanceof String name && !names.add(name)) {
                reader.note(reader.node(path), path, "two cameras are named " + name);
            }
        }
    }
}

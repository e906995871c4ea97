package io.penstock.spec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which pipelines call which, by name: tells whether one comes to call itself. For one thread. */
public final class PipelineCalls {
    private final Map<String, List<String>> called = new HashMap<>();

    /** All calls that these pipelines make. */
    public static PipelineCalls of(List<InferencePipeline> pipelines) {
        PipelineCalls calls = new PipelineCalls();
        for (InferencePipeline pipeline : pipelines) {
            steps(pipeline.spec()).forEach(step -> calls.add(pipeline.name(), step.pipeline()));
        }
        return calls;
    }

    /** The steps in which a pipeline calls others, in their order. */
    public static List<StepSpec.Infer> steps(InferencePipeline.Spec pipeline) {
        return pipeline.postprocess().orElse(List.of()).stream()
                .filter(StepSpec.Infer.class::isInstance)
                .map(StepSpec.Infer.class::cast)
                .toList();
    }

    void add(String caller, String callee) {
        called.computeIfAbsent(caller, _ -> new ArrayList<>()).add(callee);
    }

    /** The way from a call back to its caller, {@code a -> b -> a}; empty where there is none. */
    public Optional<String> cycle(String caller, String callee) {
        List<String> way = new ArrayList<>(List.of(caller));
        return leads(callee, caller, way, new HashSet<>()) ? Optional.of(String.join(" -> ", way)) : Optional.empty();
    }

    private boolean leads(String from, String to, List<String> way, Set<String> seen) {
        way.add(from);
        if (from.equals(to)) {
            return true;
        }
        if (seen.add(from)) {
            for (String next : called.getOrDefault(from, List.of())) {
                if (leads(next, to, way, seen)) {
                    return true;
                }
            }
        }
        way.removeLast();
        return false;
    }
}

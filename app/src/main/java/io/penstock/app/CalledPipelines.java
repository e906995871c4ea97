package io.penstock.app;

import io.penstock.spec.InferencePipeline;
import io.penstock.spec.PipelineCalls;
import io.penstock.spec.StepSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which of the pipelines that a command was given call which others; they may lie in several files. */
final class CalledPipelines {
    private CalledPipelines() {}

    /** @throws CommandException if a step calls a pipeline that is not there, or one comes to call itself */
    static void check(List<Target> targets) {
        Map<String, Target> byName = byName(targets);
        PipelineCalls calls =
                PipelineCalls.of(targets.stream().map(Target::pipeline).toList());
        for (Target target : targets) {
            InferencePipeline pipeline = target.pipeline();
            List<StepSpec> steps = pipeline.spec().postprocess().orElse(List.of());
            for (int i = 0; i < steps.size(); i++) {
                if (steps.get(i) instanceof StepSpec.Infer infer) {
                    String path = "pipeline " + pipeline.name() + ": spec.postprocess[" + i + "].infer.pipeline: ";
                    if (!byName.containsKey(infer.pipeline())) {
                        throw refused(path + "no pipeline is named " + infer.pipeline() + "; there is "
                                + String.join(", ", byName.keySet()));
                    }
                    Optional<String> cycle = calls.cycle(pipeline.name(), infer.pipeline());
                    if (cycle.isPresent()) {
                        throw refused(path + "a pipeline must not come to call itself: " + cycle.get());
                    }
                }
            }
        }
    }

    /**
     * A pipeline that is asked, last, behind all that it calls, each behind those that it calls itself: the only one, or
     * the only one that no other calls.
     *
     * @throws CommandException if it is not clear which is asked
     */
    static List<Target> chain(List<Target> targets) {
        List<String> called = targets.stream()
                .flatMap(target -> PipelineCalls.steps(target.pipeline().spec()).stream())
                .map(StepSpec.Infer::pipeline)
                .toList();
        List<Target> first = targets.stream()
                .filter(target -> !called.contains(target.pipeline().name()))
                .toList();
        if (first.size() != 1) {
            throw refused("give a file with one pipeline, and those that it calls; there are " + first.size()
                    + " in it that no other calls");
        }
        List<Target> chain = new ArrayList<>();
        gather(first.getFirst(), byName(targets), chain);
        return chain;
    }

    private static void gather(Target target, Map<String, Target> byName, List<Target> chain) {
        for (StepSpec.Infer step : PipelineCalls.steps(target.pipeline().spec())) {
            Target next = byName.get(step.pipeline());
            if (next != null && !chain.contains(next)) {
                gather(next, byName, chain);
            }
        }
        chain.add(target);
    }

    private static Map<String, Target> byName(List<Target> targets) {
        Map<String, Target> byName = new LinkedHashMap<>();
        targets.forEach(target -> byName.put(target.pipeline().name(), target));
        return byName;
    }

    private static CommandException refused(String sentence) {
        return new CommandException(ExitCode.REFUSED, sentence);
    }
}

package io.penstock.pipeline;

import java.util.ArrayList;
import java.util.List;

/**
 * The steps of one stream that take its frames in their order, with what they remember of it.
 *
 * <p>Threads: for one at a time; {@link InOrder} sees to it.
 */
final class OrderedSteps {
    private final List<Part> parts = new ArrayList<>();

    /** What is done with a frame. */
    private interface Part {
        void apply(Exchange exchange, StreamStep.Moment moment, CpuPool cpu, CallStep.Call call)
                throws InterruptedException;
    }

    /** What computes with a frame. */
    private interface Computing {
        void apply(Exchange exchange, StreamStep.Moment moment);
    }

    OrderedSteps(List<Step> steps) {
        List<Computing> together = new ArrayList<>();
        for (Step step : steps) {
            if (step instanceof MapStep map) {
                together.add((exchange, _) -> map.apply(exchange));
            } else if (step instanceof StreamStep stream) {
                together.add(stream.begin()::apply);
            } else if (step instanceof CallStep waiting) {
                gather(together);
                parts.add((exchange, _, _, call) -> waiting.apply(exchange, call));
            }
        }
        gather(together);
    }

    /** Makes one part of what computes without waiting in between. */
    private void gather(List<Computing> together) {
        if (together.isEmpty()) {
            return;
        }
        List<Computing> part = List.copyOf(together);
        together.clear();
        parts.add((exchange, moment, cpu, call) ->
                cpu.run(() -> part.forEach(step -> step.apply(exchange, moment)), call.deadline()));
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    void apply(Exchange exchange, StreamStep.Moment moment, CpuPool cpu, CallStep.Call call)
            throws InterruptedException {
        for (Part part : parts) {
            part.apply(exchange, moment, cpu, call);
        }
    }

    /** Where the first step stands that remembers; steps before it may take frames in any order. */
    static int first(List<Step> steps) {
        int index = 0;
        while (index < steps.size() && !(steps.get(index) instanceof StreamStep)) {
            index++;
        }
        return index;
    }

    /** Just behind the last step that remembers; from there on frames may be taken in any order again. */
    static int end(List<Step> steps) {
        int end = steps.size();
        while (end > 0 && !(steps.get(end - 1) instanceof StreamStep)) {
            end--;
        }
        return Math.max(end, first(steps));
    }
}

package io.penstock.pipeline;

import java.util.List;
import java.util.function.BiConsumer;

/**
 * The steps of one stream that take its frames in their order, with what they remember of it.
 *
 * <p>Threads: for one at a time; {@link InOrder} sees to it.
 */
final class OrderedSteps {
    private final List<BiConsumer<Exchange, StreamStep.Moment>> steps;

    OrderedSteps(List<Step> steps) {
        this.steps = steps.stream().map(OrderedSteps::begun).toList();
    }

    private static BiConsumer<Exchange, StreamStep.Moment> begun(Step step) {
        return switch (step) {
            case MapStep map -> (exchange, _) -> map.apply(exchange);
            case StreamStep stream -> stream.begin()::apply;
        };
    }

    boolean isEmpty() {
        return steps.isEmpty();
    }

    void apply(Exchange exchange, StreamStep.Moment moment) {
        steps.forEach(step -> step.accept(exchange, moment));
    }

    /** How many steps, from the first, may take frames in any order. */
    static int unordered(List<Step> steps) {
        int count = 0;
        while (count < steps.size() && steps.get(count) instanceof MapStep) {
            count++;
        }
        return count;
    }
}

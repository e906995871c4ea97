package io.penstock.pipeline;

import io.penstock.pipeline.frame.Frame;
import io.penstock.serving.call.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The frames of a recording, of which none is late and none is dropped, on their way through a pipeline. Steps that
 * remember see them in their order.
 *
 * <p>Threads: one at a time; what may be done in any order is done for all frames of a call side by side.
 */
public final class FrameSequence {
    private final StepPipeline pipeline;
    private final OrderedSteps memory;

    FrameSequence(StepPipeline pipeline, OrderedSteps memory) {
        this.pipeline = pipeline;
        this.memory = memory;
    }

    /**
     * The answers to the next few frames, in their order; the caller closes them. Takes over the caller's counts of the
     * frames' pictures.
     *
     * @throws RuntimeException the first failure of one of them; then there is no answer to any
     */
    public List<Answer> infer(List<Frame> frames, Deadline deadline) throws InterruptedException {
        Queue<FrameUnderWay> begun = new ConcurrentLinkedQueue<>();
        List<Answer> answers = new ArrayList<>();
        boolean done = false;
        try {
            List<FrameUnderWay> ready = new SideBySide<>(frames, frame -> {
                        frame.picture().retain();
                        FrameUnderWay one = pipeline.begin(frame, deadline);
                        begun.add(one);
                        return one;
                    })
                    .run();
            for (FrameUnderWay each : ready) {
                answers.add(timed(each.frame(), pipeline.last(pipeline.inOrder(each, memory))));
            }
            done = true;
            return answers;
        } finally {
            begun.forEach(FrameUnderWay::close);
            frames.forEach(frame -> frame.picture().close());
            if (!done) {
                answers.forEach(Answer::close);
            }
        }
    }

    private static Answer timed(Frame frame, Answer answer) {
        Result.Origin origin = new Result.Origin(frame.stream(), frame.index(), Optional.of(frame.sourceTime()));
        return new Answer(answer.result().from(origin), answer.picture());
    }
}

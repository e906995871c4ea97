package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Picture;
import io.penstock.serving.call.Deadline;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PipelineWithSinksTest {
    private static final Deadline LATER = Deadline.after(Duration.ofMinutes(1));
    private final List<String> written = new ArrayList<>();
    private boolean closed;

    @Test
    void everySinkGetsEachRequestsResultUnderItsId() throws Exception {
        PipelineWithSinks pipeline = new PipelineWithSinks(new Echo(), List.of(sink("a"), sink("b")), Optional.empty());

        pipeline.infer("r-1", payload(), LATER).close();

        assertThat(written).containsExactly("a r-1", "b r-1");
        assertThat(pipeline.sinks()).extracting(SinkCounters::name).containsExactly("a", "b");
    }

    @Test
    void aRequestWithoutAnIdGetsOneThatSortsByTime() throws Exception {
        PipelineWithSinks pipeline = new PipelineWithSinks(new Echo(), List.of(sink("a")), Optional.empty());

        try (Answer answer = pipeline.infer("", payload(), LATER)) {
            assertThat(UUID.fromString(answer.result().id()).version()).isEqualTo(7);
        }
    }

    @Test
    void aSinkThatThrowsFailsNeitherTheRequestNorTheNextSink() throws Exception {
        PipelineWithSinks pipeline =
                new PipelineWithSinks(new Echo(), List.of(sink("broken"), sink("b")), Optional.empty());

        try (Answer answer = pipeline.infer("r-1", payload(), LATER)) {
            assertThat(answer.result().id()).isEqualTo("r-1");
        }
        assertThat(written).containsExactly("b r-1");
    }

    @Test
    void aRunnerCannotCloseWhatRequestsStillUse() throws Exception {
        PipelineWithSinks pipeline = new PipelineWithSinks(new Echo(), List.of(sink("a")), Optional.empty());
        Sink forFrames = pipeline.forFrames().getFirst();

        forFrames.write(result("f"), picture());
        forFrames.close();
        assertThat(closed).isFalse();
        pipeline.close();

        assertThat(closed).isTrue();
        assertThat(written).containsExactly("a f");
    }

    private PipelineWithSinks.Outlet sink(String name) {
        Sink sink = new Sink() {
            @Override
            public void write(Result result, Picture picture) {
                if (name.equals("broken")) {
                    throw new IllegalStateException("broken");
                }
                written.add(name + " " + result.id());
            }

            @Override
            public void close() {
                closed = true;
            }
        };
        return new PipelineWithSinks.Outlet(sink, new SinkCounters(name, () -> false));
    }

    private static Payload payload() {
        return new Payload("image/jpeg", MemorySegment.ofArray(new byte[1]));
    }

    private static Picture picture() {
        return Picture.rgb(1, 1, MemorySegment.ofArray(new byte[3]));
    }

    private static Result result(String id) {
        Result.Timings none = new Result.Timings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);
        return new Result(id, "street", Optional.empty(), Instant.EPOCH, 1, 1, Findings.NONE, none);
    }

    private static final class Echo implements Pipeline {
        @Override
        public String name() {
            return "street";
        }

        @Override
        public String modelName() {
            return "model";
        }

        @Override
        public List<String> mediaTypes() {
            return List.of("image/jpeg");
        }

        @Override
        public Answer infer(String requestId, Payload payload, Deadline deadline) {
            return new Answer(result(requestId), picture());
        }

        @Override
        public List<LiveStream> streams() {
            return List.of();
        }
    }
}

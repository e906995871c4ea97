package io.penstock.connectors.sqlite;

import io.penstock.pipeline.Result;
import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Picture;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Results for tests to store. */
final class Results {
    static final Picture PICTURE = Picture.rgb(2, 2, MemorySegment.ofArray(new byte[12]));
    private static final Result.Timings TIMINGS =
            new Result.Timings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    private Results() {}

    static Result request(String id, Instant at, Detection... detections) {
        return result(id, Optional.empty(), at, Arrays.asList(detections));
    }

    static Result frame(String stream, long index, Instant at, Detection... detections) {
        return result(
                "street/" + stream + "/5/" + index,
                Optional.of(new Result.Origin(stream, index)),
                at,
                Arrays.asList(detections));
    }

    private static Result result(String id, Optional<Result.Origin> origin, Instant at, List<Detection> detections) {
        return new Result(id, "street", origin, at, 1280, 720, new Findings(detections), TIMINGS);
    }

    static Detection detection(String label, float score) {
        return new Detection(label, 2, score, new Box(1, 2, 3, 4));
    }
}

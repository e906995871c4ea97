package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResultJsonTest {
    @Test
    void writesAFramesResultAsThePromisedObject() {
        Result result = new Result(
                "street/gate/1763805600000/1042",
                "street",
                Optional.of(new Result.Origin("gate", 1042)),
                Instant.parse("2026-11-22T10:00:00.040Z"),
                1280,
                720,
                new Findings(List.of(new Detection("car", 2, 0.91f, new Box(412.5f, 220.1f, 96, 54.2f)))),
                new Result.Timings(
                        Duration.ofNanos(1_200_000),
                        Duration.ofMillis(2),
                        Duration.ofNanos(18_400_000),
                        Duration.ofNanos(600_000)));

        assertThat(ResultJson.write(result)).isEqualTo("""
                {"id":"street/gate/1763805600000/1042","pipeline":"street","stream":"gate","frame":1042,\
                "timestamp":"2026-11-22T10:00:00.040Z","width":1280,"height":720,\
                "detections":[{"label":"car","classId":2,"score":0.91,\
                "box":{"x":412.5,"y":220.1,"width":96.0,"height":54.2}}],\
                "timings":{"queueSeconds":0.0012,"preprocessSeconds":0.002,"inferSeconds":0.0184,\
                "postprocessSeconds":0.0006}}""");
    }

    @Test
    void leavesOutWhatARequestDoesNotHave() {
        Result result = new Result(
                "r1",
                "street",
                Optional.empty(),
                Instant.EPOCH,
                1,
                1,
                Findings.NONE,
                new Result.Timings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO));
        assertThat(ResultJson.write(result))
                .doesNotContain("stream", "frame", "null")
                .contains("\"detections\":[]");
    }

    @Test
    void escapesWhatJsonCannotHold() {
        StringBuilder out = new StringBuilder();
        ResultJson.string(out, "a\"\\\n\u0001\ud800é\ud83d\ude00");
        assertThat(out).hasToString("\"a\\\"\\\\\\n\\u0001\\ud800é\ud83d\ude00\"");
    }
}

package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Classification;
import io.penstock.pipeline.frame.ColourShare;
import io.penstock.pipeline.frame.Crops;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Inference;
import io.penstock.pipeline.frame.Tally;
import io.penstock.pipeline.frame.Track;
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
    void tellsTracksColoursAndCounts() {
        Track track = new Track(
                7,
                true,
                Duration.ofMillis(1500),
                List.of(new Track.Position(1.25f, 2), new Track.Position(3, 4)),
                List.of(new Track.Stay("yard", Duration.ofSeconds(1))),
                List.of(new Track.Crossing("gate", Track.Direction.BACKWARD)));
        Detection car = new Detection("car", 2, 0.9f, new Box(1, 2, 3, 4))
                .withTrack(track)
                .withColours(List.of(new ColourShare("red", 0.456f)));
        Findings findings = new Findings(List.of(car))
                .withTallies(List.of(
                        new Tally.Line("gate", 3, 1), new Tally.Zone("yard", 2, 5, 3, Duration.ofMillis(12250))));
        Result result = new Result(
                "r1",
                "street",
                Optional.empty(),
                Instant.EPOCH,
                1,
                1,
                findings,
                new Result.Timings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO));
        assertThat(ResultJson.write(result)).contains("""
                "box":{"x":1.0,"y":2.0,"width":3.0,"height":4.0},"trackId":7,"moving":true,"ageSeconds":1.5,\
                "trajectory":[[1.3,2.0],[3.0,4.0]],"zones":[{"name":"yard","seconds":1.0}],\
                "crossings":[{"line":"gate","direction":"backward"}],"colours":[{"name":"red","share":0.46}]}],\
                "lines":[{"name":"gate","forward":3,"backward":1}],\
                "zones":[{"name":"yard","present":2,"entered":5,"left":3,"staySeconds":12.25}],"timings\
                """);
    }

    @Test
    void tellsWhatOtherPipelinesSaidOfObjectsAndOfTheWhole() {
        Findings plate = new Findings(
                List.of(new Detection("plate", 0, 0.8f, new Box(5, 6, 7, 8))),
                List.of(new Classification("taxi", 3, 0.75f)),
                List.of(0.5f));
        Findings findings = new Findings(List.of(new Detection("car", 2, 0.9f, new Box(1, 2, 30, 40))
                        .withInferred(new Inference("plates", plate))
                        .withInferred(new Inference("faces", Findings.NONE))))
                .withCrops(new Crops("plates", 1, 4))
                .withInferred(new Inference(
                        "scenes", new Findings(List.of(), List.of(new Classification("street", 1, 1)), List.of())));
        Result result = new Result(
                "r1",
                "street",
                Optional.empty(),
                Instant.EPOCH,
                1,
                1,
                findings,
                new Result.Timings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO));
        assertThat(ResultJson.write(result)).contains("""
                "box":{"x":1.0,"y":2.0,"width":30.0,"height":40.0},"inferred":[{"pipeline":"plates",\
                "detections":[{"label":"plate","classId":0,"score":0.8,\
                "box":{"x":5.0,"y":6.0,"width":7.0,"height":8.0}}],\
                "classifications":[{"label":"taxi","classId":3,"score":0.75}],"embedding":[0.5]},\
                {"pipeline":"faces"}]}],\
                "inferred":[{"pipeline":"scenes","classifications":[{"label":"street","classId":1,"score":1.0}]}],\
                "crops":[{"pipeline":"plates","shown":1,"leftOut":4}],"timings\
                """);
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

package io.penstock.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.pipeline.Exchange;
import io.penstock.pipeline.InferStep;
import io.penstock.pipeline.Step;
import io.penstock.pipeline.StreamStep;
import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.Track;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.TensorPool;
import io.penstock.spec.StepSpec;
import io.penstock.vision.colour.ColoursStep;
import io.penstock.vision.detect.DetectionSettings;
import io.penstock.vision.tracking.LinesStep;
import io.penstock.vision.tracking.TrackStep;
import io.penstock.vision.tracking.ZoneCountsStep;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class FurtherStepsTest {
    private static final StepSpec.Track TRACK = new StepSpec.Track(0.1, 0.2, 1, Duration.ofSeconds(1), 32, 0.5);
    private static final StepSpec.Lines LINES = new StepSpec.Lines(
            List.of(new StepSpec.Line("gate", List.of(0.0, 20.0), List.of(100.0, 20.0), StepSpec.ZonePoint.CENTRE)));
    private static final List<List<Double>> CORNER = List.of(List.of(0.0, 0.0), List.of(9.0, 0.0), List.of(9.0, 9.0));

    private final TensorPool pool = new TensorPool(1 << 20, true);

    @Test
    void stepsStandInTheOrderOfTheDocumentAndAreasThatCountAreASecondStep() {
        List<StepSpec> written = List.of(
                StepSpec.Detections.usual(),
                new StepSpec.Zones(List.of(CORNER), List.of(), Map.of(), StepSpec.ZonePoint.CENTRE),
                TRACK,
                new StepSpec.Infer("faces", true, List.of(), 0, 4),
                new StepSpec.Zones(List.of(), List.of(), Map.of("corner", CORNER), StepSpec.ZonePoint.CENTRE),
                LINES,
                new StepSpec.Colours(3, 0.15));
        assertThat(new FurtherSteps(written, settings(0.4f), Map.of()).make(written))
                .<Class<?>>extracting(Step::getClass)
                .containsExactly(
                        ZonesStep.class,
                        TrackStep.class,
                        InferStep.class,
                        ZonesStep.class,
                        ZoneCountsStep.class,
                        LinesStep.class,
                        ColoursStep.class);
    }

    @Test
    void aDetectorBeforeATrackerKeepsWhatScoresWeakly() {
        DetectionSettings asked =
                new DetectionSettings(0.4f, Map.of("car", 0.7f, "bird", 0.05f), 0.45f, 17, true, true);
        assertThat(new FurtherSteps(List.of(TRACK), asked, Map.of()).forDetector())
                .isEqualTo(new DetectionSettings(0.1f, Map.of("car", 0.1f, "bird", 0.05f), 0.45f, 17, true, true));
        assertThat(new FurtherSteps(List.of(LINES), asked, Map.of()).forDetector())
                .isSameAs(asked);
    }

    @Test
    void aTrackerThatAsksForMoreThanDetectionsDoesNotRaiseTheirThreshold() {
        StepSpec.Track high = new StepSpec.Track(0.6, 0.2, 1, Duration.ofSeconds(1), 32, 0.5);
        assertThat(new FurtherSteps(List.of(high), settings(0.4f), Map.of())
                        .forDetector()
                        .scoreThreshold())
                .isEqualTo(0.4f);
    }

    @Test
    void theTrackerKnowsThresholdsByTheNamesThatItSees() {
        DetectionSettings asked = new DetectionSettings(0.4f, Map.of("auto", 0.8f, "van", 0.7f), 0.45f, 300, true);
        FurtherSteps steps = new FurtherSteps(List.of(TRACK), asked, Map.of("auto", "car", "van", "car"));
        StreamStep.Memory memory = begun(steps.make(List.of(TRACK)), 0);
        Findings first = apply(memory, 0, car(0.65f, 10), person(0.5f));
        assertThat(first.detections()).extracting(Detection::label).containsExactly("person");
        Findings second = apply(memory, 1, car(0.75f, 10), person(0.5f));
        assertThat(second.detections())
                .as("of two names that become one, the lower threshold counts")
                .extracting(Detection::label)
                .containsExactlyInAnyOrder("car", "person");
    }

    @Test
    void aLineRemembersOnWhichSideALostObjectWasAsLongAsTheTrackerDoes() {
        List<StepSpec> written = List.of(TRACK, LINES);
        List<Step> made = new FurtherSteps(written, settings(0.4f), Map.of()).make(written);
        StreamStep.Memory track = begun(made, 0);
        StreamStep.Memory lines = begun(made, 1);
        int crossings = 0;
        for (int frame = 0; frame < 12; frame++) {
            if (frame == 5 || frame == 6) {
                continue; // it is hidden while it crosses
            }
            Findings tracked = apply(track, frame, car(0.9f, 5 + 2.5f * frame));
            Findings counted = apply(lines, frame, tracked.detections().toArray(Detection[]::new));
            crossings += counted.detections().stream()
                    .flatMap(detection -> detection.track().map(Track::crossings).stream())
                    .mapToInt(List::size)
                    .sum();
        }
        assertThat(crossings).isEqualTo(1);
    }

    @Test
    void stepsThatMakeInputsHaveNoPlaceBehindTheModel() {
        List<StepSpec> written = List.of(new StepSpec.DecodeImage());
        FurtherSteps steps = new FurtherSteps(written, settings(0.4f), Map.of());
        assertThatThrownBy(() -> steps.make(written))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("postprocess begins behind the model");
    }

    private static DetectionSettings settings(float threshold) {
        return new DetectionSettings(threshold, Map.of(), 0.45f, 300, true);
    }

    private static Detection car(float score, float y) {
        return new Detection("car", 2, score, new Box(10, y, 20, 10));
    }

    private static Detection person(float score) {
        return new Detection("person", 0, score, new Box(60, 50, 10, 20));
    }

    private static StreamStep.Memory begun(List<Step> steps, int index) {
        return ((StreamStep) steps.get(index)).begin();
    }

    private Findings apply(StreamStep.Memory memory, int frame, Detection... detections) {
        Picture picture = Picture.rgb(100, 100, MemorySegment.ofArray(new byte[30_000]));
        try (Exchange exchange = Exchange.of(picture, pool)) {
            exchange.setFindings(new Findings(List.of(detections)));
            memory.apply(exchange, new StreamStep.Moment(1, frame, Duration.ofMillis(40L * frame)));
            return exchange.findings();
        }
    }
}

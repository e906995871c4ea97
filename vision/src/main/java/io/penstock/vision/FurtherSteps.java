package io.penstock.vision;

import io.penstock.pipeline.InferStep;
import io.penstock.pipeline.Step;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.spec.StepSpec;
import io.penstock.vision.colour.ColoursStep;
import io.penstock.vision.detect.DetectionSettings;
import io.penstock.vision.tracking.LinesStep;
import io.penstock.vision.tracking.TrackStep;
import io.penstock.vision.tracking.TrackingSettings;
import io.penstock.vision.tracking.ZoneCountsStep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The steps of a document that work on what a detector has found. */
final class FurtherSteps {
    private final DetectionSettings settings;
    private final Map<String, String> translations;
    private final Optional<StepSpec.Track> track;

    /**
     * For one document.
     *
     * @param settings what the document asks of detections
     * @param translations of labels, which later steps see
     */
    FurtherSteps(List<StepSpec> steps, DetectionSettings settings, Map<String, String> translations) {
        this.settings = settings;
        this.translations = translations;
        this.track = steps.stream()
                .filter(StepSpec.Track.class::isInstance)
                .map(StepSpec.Track.class::cast)
                .findFirst();
    }

    /** What the detector is asked for: a tracker wants to see weak boxes, too, and leaves out those of no use. */
    DetectionSettings forDetector() {
        if (track.isEmpty()) {
            return settings;
        }
        float low = (float) track.get().lowScore();
        Map<String, Float> thresholds = new HashMap<>();
        settings.labelThresholds().forEach((label, threshold) -> thresholds.put(label, Math.min(low, threshold)));
        return new DetectionSettings(
                Math.min(low, settings.scoreThreshold()),
                thresholds,
                settings.iouThreshold(),
                settings.maxDetections(),
                settings.bestClassOnly(),
                settings.agnostic());
    }

    /** The steps behind the one that reads boxes. */
    List<Step> make(List<StepSpec> steps) {
        List<Step> made = new ArrayList<>();
        for (StepSpec step : steps) {
            switch (step) {
                case StepSpec.Zones zones -> {
                    made.add(new ZonesStep(zones));
                    if (!zones.count().isEmpty()) {
                        made.add(new ZoneCountsStep(zones, remembered()));
                    }
                }
                case StepSpec.Track asked -> made.add(new TrackStep(tracking(asked)));
                case StepSpec.Lines lines -> made.add(new LinesStep(lines, remembered()));
                case StepSpec.Colours colours -> made.add(new ColoursStep(colours));
                case StepSpec.Infer infer -> made.add(new InferStep(infer));
                case StepSpec.Detections _, StepSpec.Classify _, StepSpec.Embed _ -> {}
                case StepSpec.DecodeImage _,
                        StepSpec.Letterbox _,
                        StepSpec.Resize _,
                        StepSpec.Crop _,
                        StepSpec.ToTensor _ ->
                    throw new ServingException(
                            ErrorCode.INVALID_REQUEST, "postprocess begins behind the model, where no picture is made");
            }
        }
        return made;
    }

    private Duration remembered() {
        return track.map(StepSpec.Track::lostFor).orElse(Duration.ZERO);
    }

    private TrackingSettings tracking(StepSpec.Track asked) {
        Map<String, Float> thresholds = new HashMap<>();
        settings.labelThresholds()
                .forEach((label, threshold) ->
                        thresholds.merge(translations.getOrDefault(label, label), threshold, Math::min));
        return new TrackingSettings(
                settings.scoreThreshold(),
                thresholds,
                (float) asked.lowScore(),
                (float) asked.minOverlap(),
                asked.confirmFrames(),
                asked.lostFor(),
                asked.trajectory(),
                (float) asked.stillShare());
    }
}

package io.penstock.vision;

import io.penstock.pipeline.Exchange;
import io.penstock.pipeline.MapStep;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Picture;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.Tensor;
import io.penstock.vision.detect.DetectionDecoder;
import io.penstock.vision.detect.DetectionSettings;
import io.penstock.vision.tensor.Placement;
import io.penstock.vision.tensor.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads boxes, labels and scores from a detector's outputs. */
final class DetectionsStep implements MapStep {
    private final List<String> outputs;
    private final DetectionDecoder decoder;
    private final DetectionSettings settings;
    private final TileGrid tiles;
    private final Map<String, String> translations;

    DetectionsStep(
            List<String> outputs,
            DetectionDecoder decoder,
            DetectionSettings settings,
            TileGrid tiles,
            Map<String, String> translations) {
        this.outputs = outputs;
        this.decoder = decoder;
        this.settings = settings;
        this.tiles = tiles;
        this.translations = translations;
    }

    @Override
    public void apply(Exchange exchange) {
        List<Tensor> tensors = new ArrayList<>();
        for (String name : outputs) {
            Tensor tensor = exchange.response().outputs().get(name);
            if (tensor == null) {
                throw new ServingException(ErrorCode.INTERNAL, "the model gave no output " + name);
            }
            tensors.add(tensor);
        }
        Picture picture = exchange.picture();
        List<Placement> placements = tiles.place(new Size(picture.width(), picture.height()));
        List<Detection> found = decode(tensors, placements);
        exchange.setFindings(new Findings(
                translations.isEmpty()
                        ? found
                        : found.stream().map(this::translated).toList()));
    }

    private List<Detection> decode(List<Tensor> tensors, List<Placement> placements) {
        try {
            if (placements.size() == 1) {
                return decoder.decode(tensors, placements.getFirst());
            }
            List<Detection> all = new ArrayList<>();
            for (int i = 0; i < placements.size(); i++) {
                int index = i;
                List<Tensor> part = tensors.stream()
                        .map(tensor -> part(tensor, index, placements.size()))
                        .toList();
                all.addAll(decoder.decode(part, placements.get(i)));
            }
            return TileGrid.merge(all, settings);
        } catch (IllegalArgumentException e) {
            throw new ServingException(
                    ErrorCode.INTERNAL,
                    "the model's outputs are not of the shape that they announce: " + e.getMessage(),
                    e);
        }
    }

    private static Tensor part(Tensor tensor, int index, int count) {
        if (tensor.shape().rank() == 0 || tensor.shape().dimension(0) != count) {
            throw new IllegalArgumentException("for " + count + " tiles there is an output " + tensor.shape());
        }
        long each = tensor.byteSize() / count;
        return new Tensor(
                tensor.type(), tensor.shape().withBatch(1), tensor.data().asSlice(index * each, each));
    }

    private Detection translated(Detection detection) {
        return detection.labelled(translations.getOrDefault(detection.label(), detection.label()));
    }
}

package io.penstock.vision;

import io.penstock.pipeline.Exchange;
import io.penstock.pipeline.MapStep;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Picture;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Reads boxes, labels and scores from a detector's outputs. */
final class DetectionsStep implements MapStep {
    private final List<String> outputs;
    private final DetectionDecoder decoder;
    private final Preprocessing preprocessing;

    DetectionsStep(List<String> outputs, DetectionDecoder decoder, Preprocessing preprocessing) {
        this.outputs = outputs;
        this.decoder = decoder;
        this.preprocessing = preprocessing;
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
        Placement placement =
                preprocessing.fit().place(new Size(picture.width(), picture.height()), preprocessing.size());
        exchange.setFindings(new Findings(decoder.decode(tensors, placement)));
    }
}

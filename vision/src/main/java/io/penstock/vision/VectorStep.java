package io.penstock.vision;

import io.penstock.pipeline.Exchange;
import io.penstock.pipeline.MapStep;
import io.penstock.pipeline.frame.Classification;
import io.penstock.pipeline.frame.Findings;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.Tensor;
import io.penstock.spec.StepSpec;
import io.penstock.vision.detect.ScoreVector;
import java.util.List;

/** Reads one row of numbers about the picture as a whole: its classes, or its embedding. */
final class VectorStep implements MapStep {
    private final String output;
    private final List<String> labels;
    private final StepSpec step;

    /** @param step {@link StepSpec.Classify} or {@link StepSpec.Embed} */
    VectorStep(String output, List<String> labels, StepSpec step) {
        this.output = output;
        this.labels = labels;
        this.step = step;
    }

    @Override
    public void apply(Exchange exchange) {
        Tensor tensor = exchange.response().outputs().get(output);
        if (tensor == null) {
            throw new ServingException(ErrorCode.INTERNAL, "the model gave no output " + output);
        }
        ScoreVector vector = ScoreVector.of(tensor);
        if (step instanceof StepSpec.Embed embed) {
            exchange.setFindings(new Findings(List.of(), List.of(), vector.embedding(embed.normalise())));
            return;
        }
        int most = step instanceof StepSpec.Classify classify ? classify.topK() : 1;
        List<Classification> best = vector.best(most, labels);
        exchange.setFindings(new Findings(List.of(), best, List.of()));
    }
}

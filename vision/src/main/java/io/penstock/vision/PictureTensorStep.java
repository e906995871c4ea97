package io.penstock.vision;

import io.penstock.pipeline.Exchange;
import io.penstock.pipeline.MapStep;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import java.util.Map;

/** Fits the picture into the model's input and writes it there, both in one pass. */
final class PictureTensorStep implements MapStep {
    private final String input;
    private final Preprocessing preprocessing;
    private final TensorWriter writer;

    PictureTensorStep(String input, Preprocessing preprocessing) {
        this.input = input;
        this.preprocessing = preprocessing;
        this.writer = preprocessing.writer();
    }

    @Override
    public void apply(Exchange exchange) {
        TensorLease memory = exchange.pool().allocate(writer.byteSize());
        boolean handedOver = false;
        try {
            writer.write(exchange.picture(), memory.memory());
            TensorFormat format = preprocessing.format();
            Tensor tensor = new Tensor(format.type(), format.shape(1, preprocessing.size()), memory.memory());
            exchange.setInputs(Map.of(input, tensor), memory);
            handedOver = true;
        } finally {
            if (!handedOver) {
                memory.close();
            }
        }
    }
}

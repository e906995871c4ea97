package io.penstock.vision;

import io.penstock.pipeline.Exchange;
import io.penstock.pipeline.MapStep;
import io.penstock.pipeline.frame.Picture;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.vision.detect.ConstantInput;
import io.penstock.vision.tensor.Placement;
import io.penstock.vision.tensor.Preprocessing;
import io.penstock.vision.tensor.Size;
import io.penstock.vision.tensor.TensorFormat;
import io.penstock.vision.tensor.TensorWriter;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Fits the picture, or each of its tiles, into the model's input and writes it there, both in one pass. */
final class PictureTensorStep implements MapStep {
    /** Where a second input begins, for whoever reads it in vectors. */
    private static final long ALIGNMENT = 64;

    private final String input;
    private final List<ConstantInput> constants;
    private final Preprocessing preprocessing;
    private final TileGrid tiles;
    private final TensorWriter writer;

    PictureTensorStep(String input, List<ConstantInput> constants, Preprocessing preprocessing, TileGrid tiles) {
        this.input = input;
        this.constants = List.copyOf(constants);
        this.preprocessing = preprocessing;
        this.tiles = tiles;
        this.writer = preprocessing.writer();
    }

    @Override
    public void apply(Exchange exchange) {
        int batch = tiles.count();
        long pictures = batch * writer.byteSize();
        long bytes = pictures;
        for (ConstantInput constant : constants) {
            bytes = aligned(bytes) + constant.byteSize(batch);
        }
        TensorLease memory = exchange.pool().allocate(bytes);
        boolean handedOver = false;
        try {
            exchange.setInputs(fill(exchange.picture(), memory.memory(), batch), memory);
            handedOver = true;
        } finally {
            if (!handedOver) {
                memory.close();
            }
        }
    }

    private Map<String, Tensor> fill(Picture picture, MemorySegment memory, int batch) {
        long each = writer.byteSize();
        List<Placement> placements = tiles.place(new Size(picture.width(), picture.height()));
        for (int i = 0; i < batch; i++) {
            writer.write(picture, placements.get(i), memory.asSlice(i * each, each));
        }
        TensorFormat format = preprocessing.format();
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        inputs.put(
                input,
                new Tensor(format.type(), format.shape(batch, preprocessing.size()), memory.asSlice(0, batch * each)));
        long at = batch * each;
        for (ConstantInput constant : constants) {
            MemorySegment part = memory.asSlice(aligned(at), constant.byteSize(batch));
            constant.write(batch, part);
            inputs.put(constant.name(), new Tensor(constant.type(), constant.shape(batch), part));
            at = aligned(at) + constant.byteSize(batch);
        }
        return inputs;
    }

    private static long aligned(long at) {
        return (at + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}

package io.penstock.vision.detect;

import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.vision.tensor.Size;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A second input of a detector that says how large its picture is. It is told the size of the network's input, so that
 * boxes come back in the network's pixels as those of all others do.
 *
 * @param values of one picture
 */
public record ConstantInput(String name, DataType type, List<Long> values) {
    public ConstantInput {
        values = List.copyOf(values);
    }

    /** Nothing where the name and the shape are of none of the inputs that exporters write. */
    static Optional<ConstantInput> find(TensorSignature input, Size size) {
        Shape shape = input.shape();
        DataType type = input.type();
        boolean pair = shape.rank() == 2 && (shape.dimension(1) == 2 || shape.dimension(1) == Shape.ANY);
        if (!pair || (type != DataType.FP32 && type != DataType.INT64 && type != DataType.INT32)) {
            return Optional.empty();
        }
        return switch (input.name().toLowerCase(Locale.ROOT)) {
            case "image_shape", "im_shape", "img_shape" ->
                Optional.of(new ConstantInput(input.name(), type, List.of((long) size.height(), (long) size.width())));
            case "orig_target_sizes", "orig_size" ->
                Optional.of(new ConstantInput(input.name(), type, List.of((long) size.width(), (long) size.height())));
            case "scale_factor" -> Optional.of(new ConstantInput(input.name(), type, List.of(1L, 1L)));
            default -> Optional.empty();
        };
    }

    /** The tensor's shape for this many pictures. */
    public Shape shape(int batch) {
        return Shape.of(batch, values.size());
    }

    public long byteSize(int batch) {
        return (long) batch * values.size() * type.byteSize();
    }

    /** Fills the tensor. */
    public void write(int batch, MemorySegment target) {
        for (int i = 0; i < batch * values.size(); i++) {
            long value = values.get(i % values.size());
            switch (type) {
                case INT64 -> target.set(ValueLayout.JAVA_LONG_UNALIGNED, 8L * i, value);
                case INT32 -> target.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * i, (int) value);
                default -> target.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i, (float) value);
            }
        }
    }
}

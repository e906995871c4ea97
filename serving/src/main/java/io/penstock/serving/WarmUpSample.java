package io.penstock.serving;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * A request that each instance of a model executes before anybody calls, as Triton's {@code ModelWarmup} describes it.
 *
 * @param name for messages
 * @param copies each input is there so many times along the batch dimension, which goes before its shape; 0 where the
 *     shapes are whole
 * @param count executions of it by each instance
 * @param inputs by the model's names for them
 */
public record WarmUpSample(String name, int copies, int count, Map<String, Input> inputs) {
    private static final long ALIGNMENT = 64;
    private static final int EMPTY_STRING = 4;
    private static final long SEED = 1;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);

    public WarmUpSample {
        inputs = Map.copyOf(inputs);
    }

    /** What an input holds. */
    public sealed interface Content {
        /** Zeros; empty texts. */
        record Zeros() implements Content {}

        /** Floating-point numbers from 0 to 1, any other bits; empty texts. The same each time. */
        record Noise() implements Content {}

        /** The bytes of one item as the protocol's binary form has them; texts have their length before them. */
        record File(Path path) implements Content {}
    }

    /** An input of one item, its shape without the batch dimension where there is one. */
    public record Input(DataType type, Shape shape, Content content) {
        /** @throws ServingException if the file is missing or of another size */
        private byte[] item() {
            long elements = shape.elementCount();
            long size = elements * (type == DataType.BYTES ? EMPTY_STRING : type.byteSize());
            if (size > Integer.MAX_VALUE - 64) {
                throw refused("it is larger than 2 GiB: " + type + shape);
            }
            return switch (content) {
                case Content.Zeros _ -> new byte[(int) size];
                case Content.Noise _ -> noise(type, (int) size);
                case Content.File file -> bytes(file.path(), type == DataType.BYTES ? -1 : size);
            };
        }

        /** @param size -1 for any */
        private static byte[] bytes(Path file, long size) {
            try {
                long there = Files.size(file);
                if (there > Integer.MAX_VALUE - 64 || (size >= 0 && there != size)) {
                    throw refused(file.getFileName() + " has " + there + " bytes, and an item " + size);
                }
                return Files.readAllBytes(file);
            } catch (IOException e) {
                throw refused("the file " + file.getFileName() + " cannot be read");
            }
        }

        private static byte[] noise(DataType type, int size) {
            Random random = new Random(SEED);
            byte[] bytes = new byte[size];
            MemorySegment all = MemorySegment.ofArray(bytes);
            switch (type) {
                case FP32 -> {
                    for (long at = 0; at < size; at += Float.BYTES) {
                        all.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, random.nextFloat());
                    }
                }
                case FP64 -> {
                    for (long at = 0; at < size; at += Double.BYTES) {
                        all.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, at, random.nextDouble());
                    }
                }
                case FP16, BF16 -> {
                    for (long at = 0; at < size; at += Short.BYTES) {
                        float value = random.nextFloat();
                        short half = type == DataType.FP16
                                ? Float.floatToFloat16(value)
                                : (short) (Float.floatToRawIntBits(value) >>> 16);
                        all.set(SHORT.withByteAlignment(1), at, half);
                    }
                }
                case BOOL -> {
                    for (int at = 0; at < size; at++) {
                        bytes[at] = (byte) random.nextInt(2);
                    }
                }
                case BYTES -> {}
                case UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64 -> random.nextBytes(bytes);
            }
            return bytes;
        }
    }

    private static ServingException refused(String sentence) {
        return new ServingException(ErrorCode.INVALID_REQUEST, sentence);
    }

    /** The request, in memory that {@code allocator} gives. */
    Map<String, Tensor> tensors(ModelSignature signature, Memory allocator) {
        if (!inputs.keySet()
                .equals(signature.inputs().stream().map(TensorSignature::name).collect(Collectors.toSet()))) {
            throw refused(
                    "it has the inputs " + inputs.keySet().stream().sorted().toList() + ", the model "
                            + signature.inputs().stream()
                                    .map(TensorSignature::name)
                                    .sorted()
                                    .toList());
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (TensorSignature wanted : signature.inputs()) {
            Input input = Objects.requireNonNull(inputs.get(wanted.name()));
            Shape shape = copies == 0 ? input.shape() : batched(input.shape());
            if (input.type() != wanted.type() || !wanted.shape().accepts(shape)) {
                throw refused("input " + wanted.name() + " must be " + wanted.type() + wanted.shape() + ", not "
                        + input.type() + shape);
            }
            byte[] item = input.item();
            int times = Math.max(1, copies);
            MemorySegment memory = allocator.take((long) times * item.length, ALIGNMENT);
            for (long i = 0; i < times; i++) {
                MemorySegment.copy(MemorySegment.ofArray(item), 0, memory, i * item.length, item.length);
            }
            tensors.put(wanted.name(), new Tensor(input.type(), shape, memory));
        }
        return tensors;
    }

    /** Gives memory that stays until the sample was executed. */
    @FunctionalInterface
    interface Memory {
        MemorySegment take(long bytes, long alignment);
    }

    private Shape batched(Shape item) {
        long[] dimensions = new long[item.rank() + 1];
        dimensions[0] = copies;
        for (int i = 0; i < item.rank(); i++) {
            dimensions[i + 1] = item.dimension(i);
        }
        return Shape.of(dimensions);
    }
}

package io.penstock.app;

import io.penstock.pipeline.ResultJson;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A model that load is put on, as its metadata shows it. */
record BenchModel(String name, List<Input> inputs) {
    private static final byte[] TEXT = "penstock".getBytes(StandardCharsets.UTF_8);
    private static final int SEED = 7;

    BenchModel {
        inputs = List.copyOf(inputs);
    }

    /** One input; its shape has -1 for what is open. */
    record Input(String name, DataType type, List<Long> shape) {
        /** The given shape, or its own with 1 for what is open. */
        List<Long> closed(Map<String, List<Long>> given) {
            return given.getOrDefault(
                    name,
                    shape.stream()
                            .map(dimension -> dimension < 0 ? 1L : dimension)
                            .toList());
        }
    }

    /** @param metadata as {@code GET /v2/models/NAME} answers */
    static BenchModel of(Map<?, ?> metadata) {
        List<Input> inputs = new ArrayList<>();
        if (metadata.get("inputs") instanceof List<?> list) {
            for (Object each : list) {
                if (each instanceof Map<?, ?> input && input.get("shape") instanceof List<?> shape) {
                    inputs.add(new Input(
                            String.valueOf(input.get("name")),
                            type(String.valueOf(input.get("datatype"))),
                            shape.stream()
                                    .map(size -> ((Number) size).longValue())
                                    .toList()));
                }
            }
        }
        return new BenchModel(String.valueOf(metadata.get("name")), inputs);
    }

    private static DataType type(String name) {
        try {
            return DataType.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.REFUSED, "the server names an unknown datatype: " + name, e);
        }
    }

    static BenchModel of(String name, ModelSignature signature) {
        List<Input> inputs = new ArrayList<>();
        for (TensorSignature input : signature.inputs()) {
            List<Long> shape = new ArrayList<>();
            for (long size : input.shape().toArray()) {
                shape.add(size);
            }
            inputs.add(new Input(input.name(), input.type(), shape));
        }
        return new BenchModel(name, inputs);
    }

    /** Elements that are the same at every run, little-endian: numbers from 0 to 1, or small whole ones. */
    static ByteBuffer generated(DataType type, List<Long> shape) {
        int count = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
        int width = type == DataType.BYTES ? 4 + TEXT.length : type.byteSize();
        ByteBuffer out = ByteBuffer.allocate(Math.multiplyExact(count, width)).order(ByteOrder.LITTLE_ENDIAN);
        Random random = new Random(SEED);
        for (int i = 0; i < count; i++) {
            switch (type) {
                case BOOL -> out.put((byte) random.nextInt(2));
                case INT8, UINT8 -> out.put((byte) random.nextInt(100));
                case INT16, UINT16 -> out.putShort((short) random.nextInt(100));
                case INT32, UINT32 -> out.putInt(random.nextInt(100));
                case INT64, UINT64 -> out.putLong(random.nextInt(100));
                case FP16 -> out.putShort(Float.floatToFloat16(random.nextFloat()));
                case BF16 -> out.putShort((short) (Float.floatToIntBits(random.nextFloat()) >>> 16));
                case FP32 -> out.putFloat(random.nextFloat());
                case FP64 -> out.putDouble(random.nextDouble());
                case BYTES -> out.putInt(TEXT.length).put(TEXT);
            }
        }
        return out.flip();
    }

    /** The same elements as JSON writes them. */
    static String json(DataType type, ByteBuffer raw) {
        ByteBuffer in = raw.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        StringBuilder out = new StringBuilder("[");
        while (in.hasRemaining()) {
            if (out.length() > 1) {
                out.append(',');
            }
            switch (type) {
                case BOOL -> out.append(in.get() != 0);
                case INT8 -> out.append(in.get());
                case UINT8 -> out.append(in.get() & 0xFF);
                case INT16 -> out.append(in.getShort());
                case UINT16 -> out.append(in.getShort() & 0xFFFF);
                case INT32 -> out.append(in.getInt());
                case UINT32 -> out.append(Integer.toUnsignedString(in.getInt()));
                case INT64 -> out.append(in.getLong());
                case UINT64 -> out.append(Long.toUnsignedString(in.getLong()));
                case FP32 -> out.append(in.getFloat());
                case FP64 -> out.append(in.getDouble());
                case BYTES -> {
                    byte[] text = new byte[in.getInt()];
                    in.get(text);
                    ResultJson.string(out, new String(text, StandardCharsets.UTF_8));
                }
                case FP16, BF16 ->
                    throw new CommandException(ExitCode.USAGE, type + " has no JSON form; give --encoding binary");
            }
        }
        return out.append(']').toString();
    }
}

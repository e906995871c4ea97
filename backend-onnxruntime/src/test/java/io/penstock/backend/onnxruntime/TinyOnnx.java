package io.penstock.backend.onnxruntime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes small ONNX files for tests: a chain of operators over named tensors. The format is protobuf (onnx.proto of the
 * ONNX project): ModelProto 1 ir_version, 7 graph, 8 opset_import, 14 metadata_props; GraphProto 1 node, 2 name, 5 initializer, 11
 * input, 12 output; NodeProto 1 input, 2 output, 4 op_type.
 */
public final class TinyOnnx {
    private final List<byte[]> nodes = new ArrayList<>();
    private final List<byte[]> initializers = new ArrayList<>();
    private final List<byte[]> inputs = new ArrayList<>();
    private final List<byte[]> outputs = new ArrayList<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private int opset = 17;

    /** ONNX element types: 1 float, 2 uint8, 3 int8, 5 int16, 6 int32, 7 int64, 8 string, 9 bool, 10 float16, 11 double. */
    public static TinyOnnx identity(int elementType, long... shape) {
        return new TinyOnnx()
                .input("x", elementType, shape)
                .node("Identity", List.of("x"), "y")
                .output("y", elementType, shape);
    }

    /** A dimension below 0 is open. */
    public TinyOnnx input(String name, int elementType, long... shape) {
        inputs.add(valueInfo(name, elementType, shape));
        return this;
    }

    public TinyOnnx output(String name, int elementType, long... shape) {
        outputs.add(valueInfo(name, elementType, shape));
        return this;
    }

    /** An output that always has these values, whatever goes in. */
    public TinyOnnx constant(String name, float[] values, long... shape) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            raw.putFloat(value);
        }
        return constant(name, 1, raw.array(), shape);
    }

    /** The same with whole numbers of 64 bits. */
    public TinyOnnx constant(String name, long[] values, long... shape) {
        ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            raw.putLong(value);
        }
        return constant(name, 7, raw.array(), shape);
    }

    private TinyOnnx constant(String name, int elementType, byte[] raw, long[] shape) {
        return initializer(name + "_values", elementType, raw, shape)
                .node("Identity", List.of(name + "_values"), name)
                .output(name, elementType, shape);
    }

    /** A tensor of the file: TensorProto 1 dims, 2 data_type, 8 name, 9 raw_data. */
    public TinyOnnx initializer(String name, int elementType, byte[] raw, long... shape) {
        Message tensor = new Message();
        for (long dimension : shape) {
            tensor.number(1, dimension);
        }
        initializers.add(
                tensor.number(2, elementType).text(8, name).message(9, raw).bytes());
        return this;
    }

    public TinyOnnx node(String operator, List<String> from, String to) {
        Message node = new Message();
        from.forEach(name -> node.text(1, name));
        nodes.add(node.text(2, to).text(4, operator).bytes());
        return this;
    }

    public TinyOnnx metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    public TinyOnnx opset(int version) {
        opset = version;
        return this;
    }

    public byte[] bytes() {
        Message graph = new Message();
        nodes.forEach(node -> graph.message(1, node));
        graph.text(2, "tiny");
        initializers.forEach(initializer -> graph.message(5, initializer));
        inputs.forEach(input -> graph.message(11, input));
        outputs.forEach(output -> graph.message(12, output));
        Message model = new Message()
                .number(1, 8)
                .message(7, graph.bytes())
                .message(8, new Message().text(1, "").number(2, opset).bytes());
        metadata.forEach((key, value) ->
                model.message(14, new Message().text(1, key).text(2, value).bytes()));
        return model.bytes();
    }

    public Path write(Path file) {
        try {
            return Files.write(file, bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] valueInfo(String name, int elementType, long[] shape) {
        Message dimensions = new Message();
        for (int i = 0; i < shape.length; i++) {
            Message dimension = shape[i] < 0 ? new Message().text(2, "d" + i) : new Message().number(1, shape[i]);
            dimensions.message(1, dimension.bytes());
        }
        Message tensor = new Message().number(1, elementType).message(2, dimensions.bytes());
        byte[] type = new Message().message(1, tensor.bytes()).bytes();
        return new Message().text(1, name).message(2, type).bytes();
    }

    /** A protobuf message under construction. */
    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint((long) field << 3);
            varint(value);
            return this;
        }

        Message text(int field, String value) {
            return message(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, byte[] value) {
            varint(((long) field << 3) | 2);
            varint(value.length);
            out.writeBytes(value);
            return this;
        }

        byte[] bytes() {
            return out.toByteArray();
        }

        private void varint(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) ((rest & 0x7F) | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }
    }
}

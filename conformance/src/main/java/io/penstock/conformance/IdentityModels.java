package io.penstock.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes models that give back what they get, one for each datatype and one with two inputs and outputs, as ONNX files in
 * the layout of Triton's model repository.
 *
 * <p>ONNX's format is protobuf (onnx.proto): ModelProto 1 ir_version, 7 graph, 8 opset_import; GraphProto 1 node, 2 name,
 * 11 input, 12 output; NodeProto 1 input, 2 output, 4 op_type; ValueInfoProto 1 name, 2 type.
 */
public final class IdentityModels {
    private static final long IR_VERSION = 8;
    private static final long OPSET = 17;

    private IdentityModels() {}

    /**
     * Writes {@code identity_fp32/1/model.onnx}, its {@code config.pbtxt}, and so on.
     *
     * @return the models' names
     */
    public static List<String> write(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        for (Datatype type : Datatype.values()) {
            names.add(write(folder, "identity_" + type.lowerCase(), List.of(type), List.of("input", "output")));
        }
        names.add(write(
                folder,
                "identity_pair",
                List.of(Datatype.FP32, Datatype.INT32),
                List.of("first", "first_output", "second", "second_output")));
        return names;
    }

    private static String write(Path folder, String name, List<Datatype> types, List<String> tensors)
            throws IOException {
        Path version = Files.createDirectories(folder.resolve(name).resolve("1"));
        Files.write(version.resolve("model.onnx"), onnx(name, types, tensors));
        StringBuilder config = new StringBuilder("name: \"" + name + "\"\nplatform: \"onnxruntime_onnx\"\n");
        for (int i = 0; i < types.size(); i++) {
            for (int side = 0; side < 2; side++) {
                config.append(side == 0 ? "input" : "output")
                        .append(" [{ name: \"")
                        .append(tensors.get(2 * i + side));
                config.append("\", data_type: TYPE_")
                        .append(tritonName(types.get(i)))
                        .append(", dims: [ -1 ] }]\n");
            }
        }
        Files.writeString(folder.resolve(name).resolve("config.pbtxt"), config);
        return name;
    }

    private static String tritonName(Datatype type) {
        return type == Datatype.BYTES ? "STRING" : type.name();
    }

    private static byte[] onnx(String name, List<Datatype> types, List<String> tensors) {
        Message graph = new Message();
        for (int i = 0; i < types.size(); i++) {
            graph.message(
                    1,
                    new Message()
                            .text(1, tensors.get(2 * i))
                            .text(2, tensors.get(2 * i + 1))
                            .text(4, "Identity"));
        }
        graph.text(2, name);
        for (int i = 0; i < types.size(); i++) {
            graph.message(11, valueInfo(tensors.get(2 * i), types.get(i), i));
            graph.message(12, valueInfo(tensors.get(2 * i + 1), types.get(i), i));
        }
        return new Message()
                .number(1, IR_VERSION)
                .message(7, graph)
                .message(8, new Message().text(1, "").number(2, OPSET))
                .out
                .toByteArray();
    }

    private static Message valueInfo(String name, Datatype type, int axis) {
        Message shape = new Message().message(1, new Message().text(2, "n" + axis));
        Message tensor = new Message().number(1, elementType(type)).message(2, shape);
        return new Message().text(1, name).message(2, new Message().message(1, tensor));
    }

    /** TensorProto.DataType. */
    private static long elementType(Datatype type) {
        return switch (type) {
            case FP32 -> 1;
            case UINT8 -> 2;
            case INT8 -> 3;
            case UINT16 -> 4;
            case INT16 -> 5;
            case INT32 -> 6;
            case INT64 -> 7;
            case BYTES -> 8;
            case BOOL -> 9;
            case FP16 -> 10;
            case FP64 -> 11;
            case UINT32 -> 12;
            case UINT64 -> 13;
            case BF16 -> 16;
        };
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
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.out.toByteArray());
        }

        private Message bytes(int field, byte[] value) {
            varint(((long) field << 3) | 2);
            varint(value.length);
            out.writeBytes(value);
            return this;
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

package io.penstock.app;

import com.google.protobuf.ByteString;
import io.penstock.pipeline.ResultJson;
import io.penstock.protocol.oip.ModelInferRequest;
import io.penstock.serving.tensor.DataType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The tensors that a benchmark sends, in each form of the protocol. */
final class BenchBodies {
    private final BenchModel model;
    private final List<Part> parts = new ArrayList<>();

    private record Part(BenchModel.Input input, List<Long> shape, ByteBuffer raw) {}

    /**
     * @param shapes for inputs whose open dimensions are not to be 1
     * @throws CommandException if the input does not fit the model
     */
    BenchBodies(BenchModel model, BenchInput given, Map<String, List<Long>> shapes) {
        this.model = model;
        if (model.inputs().isEmpty()) {
            throw new CommandException(ExitCode.REFUSED, "model " + model.name() + " says of no inputs; give --input");
        }
        for (int i = 0; i < model.inputs().size(); i++) {
            BenchModel.Input input = model.inputs().get(i);
            parts.add(i == 0 ? first(input, given, shapes) : made(input, shapes));
        }
    }

    private static Part first(BenchModel.Input input, BenchInput given, Map<String, List<Long>> shapes) {
        return switch (given) {
            case BenchInput.Made _, BenchInput.JsonBody _ -> made(input, shapes);
            case BenchInput.TensorFile file -> {
                List<Long> shape = file.shape().isEmpty() ? input.closed(shapes) : file.shape();
                long bytes = shape.stream().reduce(1L, Math::multiplyExact)
                        * input.type().byteSize();
                if (input.type() != DataType.BYTES && bytes != file.bytes().remaining()) {
                    throw new CommandException(
                            ExitCode.REFUSED,
                            "input " + input.name() + " is " + input.type() + shape + ", " + bytes
                                    + " bytes, but the file holds "
                                    + file.bytes().remaining());
                }
                yield new Part(input, shape, file.bytes());
            }
            case BenchInput.Image image -> {
                if (input.type() != DataType.BYTES) {
                    throw new CommandException(
                            ExitCode.REFUSED,
                            "input " + input.name() + " is " + input.type() + ", and takes no picture");
                }
                ByteBuffer raw =
                        ByteBuffer.allocate(4 + image.bytes().remaining()).order(ByteOrder.LITTLE_ENDIAN);
                raw.putInt(image.bytes().remaining())
                        .put(image.bytes().duplicate())
                        .flip();
                yield new Part(input, input.closed(shapes), raw);
            }
        };
    }

    private static Part made(BenchModel.Input input, Map<String, List<Long>> shapes) {
        List<Long> shape = input.closed(shapes);
        return new Part(input, shape, BenchModel.generated(input.type(), shape));
    }

    /** A body, and how many bytes of it are JSON: -1 if all are. */
    record Rest(ByteBuffer body, int jsonBytes) {}

    /** All in JSON. */
    Rest json() {
        StringBuilder out = new StringBuilder("{\"inputs\":[");
        for (Part part : parts) {
            head(out, part);
            out.append(",\"data\":")
                    .append(BenchModel.json(part.input().type(), part.raw()))
                    .append("},");
        }
        out.setLength(out.length() - 1);
        byte[] body = out.append("]}").toString().getBytes(StandardCharsets.UTF_8);
        return new Rest(ByteBuffer.wrap(body), -1);
    }

    /** Tensors behind the JSON, and asked for so. */
    Rest binary() {
        StringBuilder out = new StringBuilder("{\"parameters\":{\"binary_data_output\":true},\"inputs\":[");
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (Part part : parts) {
            head(out, part);
            out.append(",\"parameters\":{\"binary_data_size\":")
                    .append(part.raw().remaining())
                    .append("}},");
        }
        out.setLength(out.length() - 1);
        byte[] json = out.append("]}").toString().getBytes(StandardCharsets.UTF_8);
        body.writeBytes(json);
        parts.forEach(part -> body.writeBytes(bytes(part.raw())));
        return new Rest(ByteBuffer.wrap(body.toByteArray()), json.length);
    }

    private static void head(StringBuilder out, Part part) {
        ResultJson.string(out.append("{\"name\":"), part.input().name());
        out.append(",\"shape\":").append(part.shape().toString().replace(" ", ""));
        out.append(",\"datatype\":\"").append(part.input().type()).append('"');
    }

    /** As {@code ModelInfer} takes it. */
    byte[] grpc() {
        ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(model.name());
        for (Part part : parts) {
            request.addInputsBuilder()
                    .setName(part.input().name())
                    .setDatatype(part.input().type().name())
                    .addAllShape(part.shape());
            request.addRawInputContents(ByteString.copyFrom(part.raw().duplicate()));
        }
        return request.build().toByteArray();
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}

package io.penstock.serving.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.penstock.serving.InferResponse;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OipCodecTest {
    private final TensorPool pool = new TensorPool(64 << 20, true);
    private final OipCodec codec = new OipCodec(pool);

    @AfterEach
    void nothingLeaks() {
        assertThat(pool.openLeases()).isZero();
    }

    private static ModelSignature model(DataType type, long... shape) {
        return new ModelSignature(
                "test",
                List.of(new TensorSignature("x", type, Shape.of(shape))),
                List.of(
                        new TensorSignature("x", type, Shape.of(shape)),
                        new TensorSignature("z", type, Shape.of(shape))),
                Map.of());
    }

    private static final ModelSignature PAIR = new ModelSignature(
            "test",
            List.of(
                    new TensorSignature("a", DataType.INT32, Shape.of(-1, 2)),
                    new TensorSignature("b", DataType.FP32, Shape.of(-1))),
            List.of(
                    new TensorSignature("a", DataType.INT32, Shape.of(-1, 2)),
                    new TensorSignature("b", DataType.FP32, Shape.of(-1))),
            Map.of());

    private TensorLease lease(byte[] bytes) {
        TensorLease lease = pool.allocate(bytes.length);
        MemorySegment.copy(bytes, 0, lease.memory(), ValueLayout.JAVA_BYTE, 0, bytes.length);
        return lease;
    }

    /** Decodes, and answers with the inputs as outputs of the same names: the answer's bytes. */
    private byte[] echo(ModelSignature signature, byte[] body, long headerLength) {
        try (TensorLease lease = lease(body);
                OipRequest request = codec.decode(lease, lease.memory(), headerLength, signature)) {
            SequencedMap<String, Tensor> outputs = new LinkedHashMap<>(request.inputs());
            InferResponse.Timings timings = new InferResponse.Timings(0, 0);
            try (InferResponse response =
                            new InferResponse(outputs, request.memory().retain(), timings);
                    OipAnswer answer = codec.encode("m", "1", signature, request, response)) {
                List<MemorySegment> parts = new ArrayList<>();
                parts.add(answer.json().memory().asSlice(0, answer.jsonBytes()));
                parts.addAll(answer.tensors());
                return joined(parts);
            }
        }
    }

    private static byte[] joined(List<MemorySegment> parts) {
        long size = 0;
        for (MemorySegment part : parts) {
            size += part.byteSize();
        }
        MemorySegment all = MemorySegment.ofArray(new byte[(int) size]);
        long at = 0;
        for (MemorySegment part : parts) {
            MemorySegment.copy(part, 0, all, at, part.byteSize());
            at += part.byteSize();
        }
        return all.toArray(ValueLayout.JAVA_BYTE);
    }

    private String echoJson(ModelSignature signature, String body) {
        String answer = new String(
                echo(signature, body.getBytes(StandardCharsets.UTF_8), OipCodec.NO_HEADER_LENGTH),
                StandardCharsets.UTF_8);
        return answer.substring(answer.indexOf("\"data\":") + 7, answer.lastIndexOf("}]}"));
    }

    private static String request(DataType type, String shape, String data) {
        return "{\"inputs\":[{\"data\":" + data + ",\"shape\":" + shape + ",\"datatype\":\"" + type
                + "\",\"name\":\"x\"}]}";
    }

    private String refusal(ModelSignature signature, String body) {
        return refusal(signature, body, OipCodec.NO_HEADER_LENGTH);
    }

    private String refusal(ModelSignature signature, String body, long headerLength) {
        ServingException refusal = catchThrowableOfType(
                ServingException.class,
                () -> echo(signature, body.getBytes(StandardCharsets.ISO_8859_1), headerLength));
        assertThat(refusal).as(body).isNotNull();
        assertThat(refusal.code()).as(body).isIn(ErrorCode.INVALID_REQUEST, ErrorCode.UNIMPLEMENTED);
        return refusal.sentence();
    }

    private static final Map<DataType, String> EXTREMES = Map.ofEntries(
            Map.entry(DataType.BOOL, "[true,false,true]"),
            Map.entry(DataType.UINT8, "[0,255,7]"),
            Map.entry(DataType.UINT16, "[0,65535,7]"),
            Map.entry(DataType.UINT32, "[0,4294967295,7]"),
            Map.entry(DataType.UINT64, "[0,18446744073709551615,7]"),
            Map.entry(DataType.INT8, "[-128,127,7]"),
            Map.entry(DataType.INT16, "[-32768,32767,7]"),
            Map.entry(DataType.INT32, "[-2147483648,2147483647,7]"),
            Map.entry(DataType.INT64, "[-9223372036854775808,9223372036854775807,7]"),
            Map.entry(DataType.FP16, "[0.5,-65504.0,6.1035156E-5]"),
            Map.entry(DataType.FP32, "[0.1,-3.4028235E38,1.4E-45]"),
            Map.entry(DataType.FP64, "[0.1,-1.7976931348623157E308,4.9E-324]"),
            Map.entry(DataType.BYTES, "[\"\",\"a\\\"\\\\\\n\\u0001\",\"grün 😀\"]"));

    @Test
    void everyTypeSurvivesJson() {
        EXTREMES.forEach((type, data) -> assertThat(echoJson(model(type, -1), request(type, "[3]", data)))
                .as(type.name())
                .isEqualTo(data));
    }

    @Test
    void everyTypeSurvivesBinary() {
        for (DataType type : DataType.values()) {
            byte[] tensor = type == DataType.BYTES
                    ? new byte[] {2, 0, 0, 0, -1, -2, 0, 0, 0, 0}
                    : new byte[] {1, -1, 3, 4, 5, 6, -16, 127, 1, 0, 1, 1, 0, -1, -2, 9};
            int elements = type == DataType.BYTES ? 2 : 16 / type.byteSize();
            String head = "{\"parameters\":{\"binary_data_output\":true},\"inputs\":[{\"name\":\"x\",\"shape\":["
                    + elements + "],\"datatype\":\"" + type + "\",\"parameters\":{\"binary_data_size\":"
                    + tensor.length + "}}]}";
            byte[] body = joined(List.of(
                    MemorySegment.ofArray(head.getBytes(StandardCharsets.UTF_8)), MemorySegment.ofArray(tensor)));

            byte[] answer = echo(model(type, -1), body, head.length());

            assertThat(answer).as(type.name()).endsWith(tensor);
            assertThat(new String(answer, StandardCharsets.ISO_8859_1))
                    .contains("\"parameters\":{\"binary_data_size\":" + tensor.length + "}");
        }
    }

    @Test
    void binaryInputsAreNotCopied() {
        String head = "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"parameters\":"
                + "{\"binary_data_size\":4}}]}";
        try (TensorLease lease = lease((head + "abcd").getBytes(StandardCharsets.UTF_8));
                OipRequest request = codec.decode(lease, lease.memory(), head.length(), model(DataType.FP32, -1))) {
            assertThat(request.inputs().firstEntry().getValue().data().address())
                    .isEqualTo(lease.memory().address() + head.length());
        }
    }

    @Test
    void nestedAndFlatAreTheSame() {
        ModelSignature matrix = model(DataType.INT32, -1, -1);
        assertThat(echoJson(matrix, request(DataType.INT32, "[2,3]", "[[1,2,3],[4,5,6]]")))
                .isEqualTo("[1,2,3,4,5,6]");
        assertThat(echoJson(matrix, request(DataType.INT32, "[2,3]", " [ 1 , 2,3,4,\n5,6 ] ")))
                .isEqualTo("[1,2,3,4,5,6]");
        assertThat(echoJson(matrix, request(DataType.INT32, "[0,3]", "[]"))).isEqualTo("[]");
        assertThat(echoJson(matrix, request(DataType.INT32, "[2,0]", "[[],[]]")))
                .isEqualTo("[]");
        assertThat(echoJson(model(DataType.INT32), request(DataType.INT32, "[]", "[5]")))
                .isEqualTo("[5]");
    }

    @Test
    void mixesJsonAndBinaryInOrder() {
        String head =
                "{\"id\":\"7\",\"inputs\":[{\"name\":\"a\",\"shape\":[1,2],\"datatype\":\"INT32\",\"data\":[1,2]},"
                        + "{\"name\":\"b\",\"shape\":[1],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":4}}],"
                        + "\"outputs\":[{\"name\":\"b\",\"parameters\":{\"binary_data\":true}},{\"name\":\"a\"}]}";
        byte[] body = (head + "abcd").getBytes(StandardCharsets.UTF_8);

        String answer = new String(echo(PAIR, body, head.length()), StandardCharsets.UTF_8);

        assertThat(answer)
                .isEqualTo("{\"model_name\":\"m\",\"model_version\":\"1\",\"id\":\"7\",\"outputs\":["
                        + "{\"name\":\"b\",\"datatype\":\"FP32\",\"shape\":[1],\"parameters\":{\"binary_data_size\":4}},"
                        + "{\"name\":\"a\",\"datatype\":\"INT32\",\"shape\":[1,2],\"data\":[1,2]}]}abcd");
    }

    @Test
    void takesRawBinaryRequests() {
        assertThat(echo(model(DataType.FP32, -1, 2), new byte[16], 0)).endsWith(new byte[16]);
        assertThat(new String(echo(model(DataType.FP32, -1, 2), new byte[16], 0), StandardCharsets.ISO_8859_1))
                .contains("\"shape\":[2,2]");
        assertThat(new String(echo(model(DataType.FP32, -1, -1), new byte[16], 0), StandardCharsets.ISO_8859_1))
                .contains("\"shape\":[1,4]");
        assertThat(echo(model(DataType.BYTES, 1), new byte[] {9, 8}, 0)).endsWith(2, 0, 0, 0, 9, 8);
        assertThat(refusal(model(DataType.FP32, -1, 2), "12345", 0)).contains("no multiple of 8");
        assertThat(refusal(PAIR, "12345678", 0)).contains("needs a model with one input");
    }

    @Test
    void refusesTensorsThatDoNotFit() {
        ModelSignature floats = model(DataType.FP32, -1);
        assertThat(refusal(floats, request(DataType.FP32, "[3]", "[1,2]")))
                .isEqualTo("input 'x' has 2 elements, but its shape [3] has 3");
        assertThat(refusal(floats, request(DataType.FP32, "[1]", "[1,2]"))).contains("more than the 1 elements");
        assertThat(refusal(floats, request(DataType.FP32, "[-1]", "[1,2]"))).contains("dimension -1");
        assertThat(refusal(floats, request(DataType.FP32, "[1,2]", "[1,2]"))).contains("the model wants [-1]");
        assertThat(refusal(floats, request(DataType.INT32, "[1]", "[1]"))).contains("the model wants FP32");
        assertThat(refusal(floats, request(DataType.FP32, "[1000000000]", "[1]")))
                .contains("fewer than");
        assertThat(refusal(floats, request(DataType.FP32, "[9223372036854775807]", "[1]")))
                .contains("counted");
        assertThat(refusal(floats, request(DataType.FP32, "[4294967296,4294967296,0]", "[]")))
                .contains("counted");
        assertThat(refusal(floats, request(DataType.FP32, "[1.5]", "[1]"))).contains("'shape'");
        assertThat(refusal(model(DataType.FP32, -1, 2), request(DataType.FP32, "[2,2]", "[[1,2],[3]]")))
                .contains("1 entries at level 1");
        assertThat(refusal(floats, request(DataType.FP32, "[2]", "[[1],[2]]"))).contains("nested deeper");
        assertThat(refusal(model(DataType.FP32, -1, 2), request(DataType.FP32, "[1,2]", "[[1,[2]]]")))
                .contains("nested deeper");
    }

    @Test
    void refusesElementsOfTheWrongKind() {
        assertThat(refusal(model(DataType.FP32, -1), request(DataType.FP32, "[1]", "[NaN]")))
                .contains("NaN");
        assertThat(refusal(model(DataType.FP32, -1), request(DataType.FP32, "[1]", "[1e39]")))
                .contains("1e39");
        assertThat(refusal(model(DataType.FP64, -1), request(DataType.FP64, "[1]", "[1e309]")))
                .contains("FP64");
        assertThat(refusal(model(DataType.FP16, -1), request(DataType.FP16, "[1]", "[70000]")))
                .contains("FP16");
        assertThat(refusal(model(DataType.BF16, -1), request(DataType.BF16, "[1]", "[1]")))
                .contains("binary");
        assertThat(refusal(model(DataType.UINT8, -1), request(DataType.UINT8, "[1]", "[256]")))
                .contains("256");
        assertThat(refusal(model(DataType.UINT64, -1), request(DataType.UINT64, "[1]", "[-1]")))
                .contains("-1");
        assertThat(refusal(model(DataType.INT64, -1), request(DataType.INT64, "[1]", "[1.5]")))
                .contains("1.5");
        assertThat(refusal(model(DataType.BOOL, -1), request(DataType.BOOL, "[1]", "[1]")))
                .contains("true or false");
        assertThat(refusal(model(DataType.BYTES, -1), request(DataType.BYTES, "[1]", "[1]")))
                .contains("a string");
        assertThat(refusal(model(DataType.BYTES, -1), request(DataType.BYTES, "[1]", "[\"\u00ff\"]")))
                .contains("UTF-8");
        assertThat(refusal(model(DataType.BYTES, -1), request(DataType.BYTES, "[1]", "[\"\\ud800\"]")))
                .contains("UTF-8");
        assertThat(refusal(model(DataType.INT32, -1), request(DataType.INT32, "[1]", "[\"1\"]")))
                .contains("a number");
        assertThat(refusal(model(DataType.FP32, -1), request(DataType.FP32, "[1]", "[null]")))
                .contains("a number");
    }

    @Test
    void refusesWrongInputsAndOutputs() {
        String a = "{\"name\":\"a\",\"shape\":[1,2],\"datatype\":\"INT32\",\"data\":[1,2]}";
        String b = "{\"name\":\"b\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}";
        assertThat(refusal(PAIR, "{\"inputs\":[" + a + "]}")).contains("input 'b' is missing");
        assertThat(refusal(PAIR, "{\"inputs\":[" + a + "," + a + "," + b + "]}"))
                .contains("given twice");
        assertThat(refusal(PAIR, "{\"inputs\":[" + a + "," + b + "," + b.replace("\"b\"", "\"c\"") + "]}"))
                .contains("no input named 'c'; its inputs are: a, b");
        assertThat(refusal(PAIR, "{\"inputs\":[" + a + "," + b + "],\"outputs\":[{\"name\":\"q\"}]}"))
                .contains("no output named 'q'");
        assertThat(refusal(PAIR, "{\"inputs\":[" + a + "," + b + "],\"outputs\":[{\"name\":\"a\"},{\"name\":\"a\"}]}"))
                .contains("asked for twice");
        assertThat(refusal(PAIR, "{\"inputs\":[{\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}]}"))
                .isEqualTo("inputs[0] has no 'name'");
        assertThat(refusal(PAIR, "{\"inputs\":[{\"name\":\"b\",\"datatype\":\"FP32\",\"data\":[1]}]}"))
                .isEqualTo("inputs[0] has no 'shape'");
        assertThat(refusal(PAIR, "{\"inputs\":[" + b.replace(",\"data\":[1]", "") + "]}"))
                .contains("no 'data'");
        assertThat(refusal(PAIR, "{\"inputs\":[" + b.replace("FP32", "FLOAT") + "]}"))
                .contains("'FLOAT'");
        assertThat(refusal(PAIR, "{}")).contains("no 'inputs'");
    }

    @Test
    void refusesBinarySizesThatDoNotAddUp() {
        String head = "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"parameters\":"
                + "{\"binary_data_size\":4}}]}";
        ModelSignature floats = model(DataType.FP32, -1);
        assertThat(refusal(floats, head + "abc", head.length())).contains("only 3 bytes are left");
        assertThat(refusal(floats, head + "abcde", head.length())).contains("5 bytes behind its JSON");
        assertThat(refusal(floats, head.replace(":4", ":8") + "abcdefgh", head.length()))
                .contains("has 8 bytes, but FP32[1] is 4 bytes");
        assertThat(refusal(floats, head, head.length() + 1)).contains("Inference-Header-Content-Length");
        assertThat(refusal(floats, head, -5)).contains("Inference-Header-Content-Length");
        assertThat(refusal(model(DataType.BYTES, -1), head.replace("FP32", "BYTES") + "\5\0\0\0", head.length() + 1))
                .contains("not a 4-byte length");
    }

    @Test
    void refusesWhatIsNotJson() {
        ModelSignature floats = model(DataType.FP32, -1);
        assertThat(refusal(floats, "")).contains("empty");
        String good = request(DataType.FP32, "[1]", "[1]");
        for (int cut = 1; cut < good.length(); cut++) {
            assertThat(refusal(floats, good.substring(0, cut))).contains("not JSON");
        }
        String[] bad = {
            "hello", "[]", "1", "null", good + "x", good + good, "{\"inputs\":}", "{'inputs':[]}", "{\"a\" 1}"
        };
        for (String body : bad) {
            assertThat(refusal(floats, body)).as(body).contains("not JSON");
        }
        String deep = "{\"x\":" + "[".repeat(200) + "]".repeat(200) + "}";
        assertThat(refusal(floats, deep)).contains("100 levels");
    }

    @Test
    void refusesToSayNaNInJson() {
        String head = "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"parameters\":"
                + "{\"binary_data_size\":4}}]}";
        assertThat(refusal(model(DataType.FP32, -1), head + "\0\0\u00c0\u007f", head.length()))
                .contains("ask for it in binary");
    }
}

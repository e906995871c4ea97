package io.penstock.serving.oip;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Bodies that KServe's own tests send, from {@code PENSTOCK_TEST_MATERIAL}. */
class RealPayloadsTest {
    private final TensorPool pool = new TensorPool(256 << 20, true);

    @AfterEach
    void nothingLeaks() {
        assertThat(pool.openLeases()).isZero();
    }

    private static ModelSignature model(String name, DataType type, long... shape) {
        List<TensorSignature> inputs = List.of(new TensorSignature(name, type, Shape.of(shape)));
        List<TensorSignature> outputs = List.of(new TensorSignature("output-0", type, Shape.of(shape)));
        return new ModelSignature("test", inputs, outputs, Map.of());
    }

    private TensorLease payload(String name) throws Exception {
        String material = System.getenv("PENSTOCK_TEST_MATERIAL");
        Assumptions.assumeTrue(material != null, "PENSTOCK_TEST_MATERIAL is not set");
        byte[] bytes = Files.readAllBytes(Path.of(String.valueOf(material), "payloads", "v1-v2", name));
        TensorLease lease = pool.allocate(bytes.length);
        MemorySegment.copy(bytes, 0, lease.memory(), ValueLayout.JAVA_BYTE, 0, bytes.length);
        return lease;
    }

    @Test
    void readsKServesV2Requests() throws Exception {
        ModelSignature iris = model("input-0", DataType.FP32, -1, 4);
        for (String name :
                List.of("iris_input_v2.json", "iris_input_v2_binary.json", "iris_input_v2_all_binary.json")) {
            try (TensorLease body = payload(name);
                    OipRequest request = v2(body, iris)) {
                assertThat(request.inputs().firstEntry().getValue().data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0))
                        .isEqualTo(6.8f);
                assertThat(request.binaryByDefault()).isEqualTo(name.contains("all_binary"));
            }
        }
        try (TensorLease body = payload("jay-v2.json");
                OipRequest request = v2(body, model("input-0", DataType.FP64, -1, 3, 224, 224))) {
            assertThat(request.inputs().firstEntry().getValue().data().get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 0))
                    .isEqualTo(0.7076805233955383);
        }
        try (TensorLease body = payload("custom_model_input_v2.json");
                OipRequest request = v2(body, model("input-0", DataType.BYTES, -1))) {
            assertThat(request.inputs().firstEntry().getValue().byteSize()).isGreaterThan(1000);
        }
    }

    private OipRequest v2(TensorLease body, ModelSignature signature) {
        return new OipCodec(pool).decode(body, body.memory(), OipCodec.NO_HEADER_LENGTH, signature);
    }

    @Test
    void readsKServesV1Requests() throws Exception {
        try (TensorLease body = payload("iris_input.json");
                V1Request request = new V1Codec(pool).decode(body.memory(), model("x", DataType.FP32, -1, 4))) {
            assertThat(request.rows()).isEqualTo(2);
            assertThat(request.calls().getFirst().firstEntry().getValue().shape())
                    .isEqualTo(Shape.of(2, 4));
        }
        // Rows of 784 numbers for a model that takes one picture.
        try (TensorLease body = payload("mnist_input_bw_flat.json");
                V1Request request = new V1Codec(pool).decode(body.memory(), model("x", DataType.FP32, 1, 1, 28, 28))) {
            assertThat(request.calls())
                    .hasSize((int) request.rows())
                    .allSatisfy(call ->
                            assertThat(call.firstEntry().getValue().shape()).isEqualTo(Shape.of(1, 1, 28, 28)));
        }
    }
}

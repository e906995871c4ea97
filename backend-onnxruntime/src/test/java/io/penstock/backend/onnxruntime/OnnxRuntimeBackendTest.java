package io.penstock.backend.onnxruntime;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.serving.backend.ModelArtifact;
import io.penstock.serving.backend.TensorInstance;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class OnnxRuntimeBackendTest {
    @TempDir
    private Path folder = Path.of("");

    private final TensorPool pool = new TensorPool(1 << 24, true);
    private final OnnxRuntimeBackend backend = new OnnxRuntimeBackend(1);

    @AfterEach
    void nothingLeaks() {
        assertThat(pool.openLeases()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1,FP32", "2,UINT8", "3,INT8", "5,INT16", "6,INT32", "7,INT64", "9,BOOL", "10,FP16", "11,FP64"})
    void passesEveryTypeThroughBitForBit(int elementType, DataType type) {
        try (TensorInstance instance =
                        load(TinyOnnx.identity(elementType, -1, 3), 1).getFirst();
                TensorLease memory = pool.allocate(6L * type.byteSize())) {
            for (long i = 0; i < memory.memory().byteSize(); i++) {
                memory.memory().set(ValueLayout.JAVA_BYTE, i, (byte) (type == DataType.BOOL ? i % 2 : 17 * i));
            }
            assertThat(instance.signature().inputs().getFirst().type()).isEqualTo(type);
            Tensor x = new Tensor(type, Shape.of(2, 3), memory.memory());

            TensorInstance.Outputs outputs = instance.execute(Map.of("x", x), pool);

            try (TensorLease _ = outputs.memory()) {
                Tensor y = requireNonNull(outputs.tensors().get("y"));
                assertThat(y.shape()).isEqualTo(Shape.of(2, 3));
                assertThat(y.data().mismatch(x.data())).isEqualTo(-1);
            }
        }
    }

    @Test
    void passesTextsThrough() {
        byte[] two = {2, 0, 0, 0, 'h', 'i', 0, 0, 0, 0};
        try (TensorInstance instance = load(TinyOnnx.identity(8, -1), 1).getFirst();
                TensorLease memory = pool.allocate(two.length)) {
            memory.memory().copyFrom(MemorySegment.ofArray(two));
            Tensor x = new Tensor(DataType.BYTES, Shape.of(2), memory.memory());
            TensorInstance.Outputs outputs = instance.execute(Map.of("x", x), pool);
            try (TensorLease _ = outputs.memory()) {
                assertThat(requireNonNull(outputs.tensors().get("y")).data().toArray(ValueLayout.JAVA_BYTE))
                        .isEqualTo(two);
            }
        }
    }

    @Test
    void asksForOutputsWhoseSizeTheSignatureDoesNotTell() {
        TinyOnnx model = new TinyOnnx()
                .input("x", 1, -1)
                .node("NonZero", List.of("x"), "y")
                .output("y", 7, 1, -1);
        try (TensorInstance instance = load(model, 1).getFirst();
                TensorLease memory = pool.allocate(12)) {
            memory.memory().fill((byte) 0);
            memory.memory().setAtIndex(ValueLayout.JAVA_FLOAT, 2, 5f);
            Tensor x = new Tensor(DataType.FP32, Shape.of(3), memory.memory());
            TensorInstance.Outputs outputs = instance.execute(Map.of("x", x), pool);
            try (TensorLease _ = outputs.memory()) {
                Tensor y = requireNonNull(outputs.tensors().get("y"));
                assertThat(y.shape()).isEqualTo(Shape.of(1, 1));
                assertThat(y.data().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(2);
            }
        }
    }

    @Test
    void instancesShareASessionThatTheLastOneCloses() {
        List<TensorInstance> instances = load(TinyOnnx.identity(1, 1), 2);
        instances.getFirst().close();
        try (TensorInstance second = instances.getLast();
                TensorLease memory = pool.allocate(4)) {
            memory.memory().fill((byte) 0);
            Tensor x = new Tensor(DataType.FP32, Shape.of(1), memory.memory());
            second.execute(Map.of("x", x), pool).memory().close();
        }
    }

    @Test
    void readsTheFilesOwnMetadata() {
        try (TensorInstance instance =
                load(TinyOnnx.identity(1, 1).metadata("names", "{0: 'car'}"), 1).getFirst()) {
            assertThat(instance.signature().metadata()).containsEntry("names", "{0: 'car'}");
        }
    }

    @ParameterizedTest
    @CsvSource({"4,UINT16", "12,UINT32", "13,UINT64"})
    void refusesAtLoadWhatItCouldNotPassAtAnyRequest(int elementType, String type) {
        assertThatThrownBy(() -> load(TinyOnnx.identity(elementType, 1), 1))
                .isInstanceOfSatisfying(ServingException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                    assertThat(e.sentence())
                            .startsWith(
                                    "model m: input x is of " + type + ", which ONNX Runtime's Java API cannot pass;");
                });
    }

    @Test
    void saysInOneSentenceWhyAFileIsRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("text.onnx"), "this is no model");
        Path empty = Files.write(folder.resolve("empty.onnx"), new byte[0]);
        Path cut = Files.write(
                folder.resolve("cut.onnx"),
                Arrays.copyOf(TinyOnnx.identity(1, 1).bytes(), 40));
        Path future = TinyOnnx.identity(1, 1).opset(900).write(folder.resolve("future.onnx"));
        Path unknown = new TinyOnnx()
                .input("x", 1, 1)
                .node("Frobnicate", List.of("x"), "y")
                .output("y", 1, 1)
                .write(folder.resolve("unknown.onnx"));
        for (Path file : List.of(text, empty, cut, future, unknown)) {
            assertThatThrownBy(() -> backend.load(new ModelArtifact("m", file), 1))
                    .as(file.toString())
                    .isInstanceOfSatisfying(ServingException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                        assertThat(e.sentence())
                                .startsWith("model m: ONNX Runtime refuses " + file.getFileName() + ": ")
                                .doesNotContain("\n", ".cc:", "Error code");
                    });
        }
    }

    private List<TensorInstance> load(TinyOnnx model, int instances) {
        return backend.load(new ModelArtifact("m", model.write(folder.resolve("m.onnx"))), instances);
    }
}

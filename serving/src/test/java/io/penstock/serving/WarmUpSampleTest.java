package io.penstock.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.serving.WarmUpSample.Content;
import io.penstock.serving.WarmUpSample.Input;
import io.penstock.serving.backend.Backend;
import io.penstock.serving.backend.ModelArtifact;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorInstance;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorPool;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class WarmUpSampleTest {
    @TempDir
    private Path folder = Path.of("");

    private static ModelSignature takes(DataType type, long... shape) {
        TensorSignature x = new TensorSignature("x", type, Shape.of(shape));
        return new ModelSignature("any", List.of(x), List.of(x), Map.of());
    }

    private static Tensor x(WarmUpSample sample, ModelSignature signature) {
        return Objects.requireNonNull(
                sample.tensors(signature, (bytes, _) -> MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]))
                        .get("x"));
    }

    private static WarmUpSample sample(int copies, DataType type, Content content, long... shape) {
        return new WarmUpSample("it", copies, 1, Map.of("x", new Input(type, Shape.of(shape), content)));
    }

    @Test
    void putsCopiesOfAnItemAlongTheBatchDimension() throws Exception {
        Path file = folder.resolve("raw");
        byte[] item = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(1.5f)
                .putFloat(-2)
                .array();
        Files.write(file, item);
        Tensor three = x(sample(3, DataType.FP32, new Content.File(file), 2), takes(DataType.FP32, -1, 2));
        assertThat(three.shape()).isEqualTo(Shape.of(3, 2));
        assertThat(three.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED))
                .containsExactly(1.5f, -2, 1.5f, -2, 1.5f, -2);
        Tensor whole = x(sample(0, DataType.FP32, new Content.File(file), 1, 2), takes(DataType.FP32, 1, 2));
        assertThat(whole.shape()).isEqualTo(Shape.of(1, 2));
    }

    @Test
    void makesZerosAndTheSameNoiseEachTime() {
        ModelSignature signature = takes(DataType.FP32, -1, 1000);
        assertThat(x(sample(1, DataType.FP32, new Content.Zeros(), 1000), signature)
                        .data()
                        .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED))
                .containsOnly(0);
        float[] noise = x(sample(1, DataType.FP32, new Content.Noise(), 1000), signature)
                .data()
                .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        double sum = 0;
        for (float value : noise) {
            assertThat(value).isBetween(0f, 1f);
            sum += value;
        }
        assertThat(sum).isBetween(400.0, 600.0);
        assertThat(x(sample(1, DataType.FP32, new Content.Noise(), 1000), signature)
                        .data()
                        .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED))
                .containsExactly(noise);
        for (DataType type : DataType.values()) {
            Tensor any = x(sample(2, type, new Content.Noise(), 8), takes(type, -1, 8));
            assertThat(any.byteSize()).isEqualTo(16L * (type == DataType.BYTES ? 4 : type.byteSize()));
        }
    }

    @Test
    void refusesWhatDoesNotFitTheModelOrItsFile() throws Exception {
        ModelSignature signature = takes(DataType.FP32, -1, 2);
        assertThatThrownBy(() -> x(sample(1, DataType.FP32, new Content.Zeros(), 3), signature))
                .hasMessage("input x must be FP32[-1,2], not FP32[1,3]");
        assertThatThrownBy(() -> x(sample(1, DataType.INT32, new Content.Zeros(), 2), signature))
                .hasMessageContaining("not INT32");
        assertThatThrownBy(() -> x(new WarmUpSample("it", 1, 1, Map.of()), signature))
                .hasMessage("it has the inputs [], the model [x]");
        Path file = folder.resolve("short");
        Files.write(file, new byte[7]);
        assertThatThrownBy(() -> x(sample(1, DataType.FP32, new Content.File(file), 2), signature))
                .hasMessage("short has 7 bytes, and an item 8");
        assertThatThrownBy(() -> x(sample(1, DataType.FP32, new Content.File(folder.resolve("none")), 2), signature))
                .hasMessageContaining("none cannot be read");
    }

    @Test
    void eachInstanceExecutesEachSampleAsOftenAsItSaysAndNothingElse() throws Exception {
        Path model = Files.write(folder.resolve("model.onnx"), new byte[1]);
        List<FakeTensorInstance> instances = new ArrayList<>();
        Backend backend = (_, count) -> {
            List<TensorInstance> loaded = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                FakeTensorInstance instance = new FakeTensorInstance(2, new Semaphore(100));
                instances.add(instance);
                loaded.add(instance);
            }
            return loaded;
        };
        Map<String, Input> two = Map.of("x", new Input(DataType.FP32, Shape.of(2), new Content.Noise()));
        try (TensorPool pool = new TensorPool(1 << 20, true)) {
            ModelLoader loader = new ModelLoader(pool);
            ModelLoader.Options options = new ModelLoader.Options(
                    2,
                    true,
                    List.of(new WarmUpSample("a", 3, 2, two), new WarmUpSample("b", 1, 1, two)),
                    new Batching(4, Duration.ZERO, 16),
                    new DeviceShares(2).share(1));
            loader.load(new ModelArtifact("m", model), backend, options).close();
            assertThat(instances)
                    .hasSize(2)
                    .allSatisfy(instance -> assertThat(instance.batches()).containsExactly(3L, 3L, 1L));
            ModelLoader.Options wrong = new ModelLoader.Options(
                    1,
                    true,
                    List.of(new WarmUpSample("c", 0, 1, two)),
                    new Batching(4, Duration.ZERO, 16),
                    new DeviceShares(2).share(1));
            assertThatThrownBy(() -> loader.load(new ModelArtifact("m", model), backend, wrong))
                    .isInstanceOf(ServingException.class)
                    .hasMessageStartingWith("model m: model_warmup 'c': input x must be");
            assertThat(pool.openLeases()).isZero();
        }
    }
}

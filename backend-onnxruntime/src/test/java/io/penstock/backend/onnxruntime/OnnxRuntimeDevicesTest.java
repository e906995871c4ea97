package io.penstock.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.serving.backend.ModelArtifact;
import io.penstock.serving.backend.TensorInstance;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.spec.BackendSpec;
import io.penstock.spec.ByteSize;
import io.penstock.spec.DeviceChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class OnnxRuntimeDevicesTest {
    @TempDir
    private Path folder = Path.of("");

    private final FakeSessions machine = new FakeSessions();
    private final List<String> said = new ArrayList<>();
    private final List<DeviceChoice> openings = new ArrayList<>();
    private OnnxRuntimeDevices devices = new OnnxRuntimeDevices(machine, folder, said::add);

    @BeforeEach
    void start() {
        devices = new OnnxRuntimeDevices(machine, folder.resolve("engines"), said::add);
    }

    @Test
    void autoTakesTheGraphicsProcessorThatIsThere() throws InterruptedException {
        machine.present.add(Provider.Kind.CUDA);

        open("auto");

        assertThat(openings).extracting(DeviceChoice::memory).containsExactly("cuda:0");
        assertThat(machine.opened).hasSize(1);
        assertThat(machine.opened.getFirst()).extracting(Provider::kind).containsExactly(Provider.Kind.CUDA);
        assertThat(said).isEmpty();
    }

    @Test
    void autoSaysOnceThatThereIsNoneAndTriesItOnce() throws InterruptedException {
        open("auto");
        open("auto");

        assertThat(openings).containsExactly(DeviceChoice.CPU, DeviceChoice.CPU);
        assertThat(machine.opened).containsExactly(List.of(), List.of());
        assertThat(machine.probed).hasSize(1);
        assertThat(said)
                .containsExactly("no graphics processor is used, models run on the processors; cuda:0: "
                        + "libcudart.so.12: cannot open shared object file");
    }

    @Test
    void autoLeavesAModelThatTheGraphicsProcessorRefusesToTheProcessors() throws InterruptedException {
        machine.present.add(Provider.Kind.CUDA);
        machine.broken.add(Provider.Kind.CUDA);

        open("auto");

        assertThat(openings).extracting(DeviceChoice::memory).containsExactly("cuda:0", "cpu");
        assertThat(machine.opened.getLast()).isEmpty();
        assertThat(said)
                .containsExactly("model m runs on the processors; on cuda:0: model m: ONNX Runtime refuses m.onnx"
                        + " on cuda:0: CUDA failure 2: out of memory");
    }

    @Test
    void autoBlamesNoGraphicsProcessorForAModelThatIsNone() {
        machine.present.add(Provider.Kind.CUDA);
        machine.broken.add(Provider.Kind.CUDA);

        assertThatThrownBy(() -> devices.open(wish("auto"), "m", device -> {
                    throw new ServingException(ErrorCode.INVALID_REQUEST, "no model, on " + device);
                }))
                .hasMessage("no model, on cpu");
        assertThat(said).isEmpty();
    }

    @Test
    void aNamedDeviceThatIsAbsentRefusesTheModelWithWhatToDo() {
        assertThatThrownBy(() -> open("cuda:1")).isInstanceOfSatisfying(ServingException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(e.sentence())
                    .isEqualTo("model m: spec.model.backend.onnxruntime.device asks for cuda:1, which cannot be used:"
                            + " libcudart.so.12: cannot open shared object file. It needs an NVIDIA driver, CUDA 12,"
                            + " cuDNN 9 and ONNX Runtime's GPU libraries in the folder of -Donnxruntime.native.path; or"
                            + " write device: cpu to run it on the processors (docs/devices.md)");
        });
        assertThat(openings).isEmpty();
        assertThat(machine.opened).isEmpty();
    }

    @Test
    void aNamedDeviceThatFailsIsNoReasonToRunElsewhere() {
        machine.present.add(Provider.Kind.CUDA);
        machine.broken.add(Provider.Kind.CUDA);

        assertThatThrownBy(() -> open("cuda"))
                .isInstanceOf(ServingException.class)
                .hasMessage("model m: ONNX Runtime refuses m.onnx on cuda:0: CUDA failure 2: out of memory");
        assertThat(openings).hasSize(1);
    }

    @Test
    void tensorrtNeedsItsOwnLibraryAndCudas() {
        machine.present.add(Provider.Kind.CUDA);

        assertThatThrownBy(() -> open("tensorrt"))
                .hasMessageContaining("asks for tensorrt:0")
                .hasMessageContaining("TensorRT 10");
    }

    @Test
    void tensorrtLeavesToCudaWhatItCannotDoAndKeepsEnginesByTheModelsHash() throws Exception {
        machine.present.add(Provider.Kind.CUDA);
        machine.present.add(Provider.Kind.TENSORRT);

        open("tensorrt:1");

        List<Provider> providers = machine.opened.getFirst();
        assertThat(providers).extracting(Provider::kind).containsExactly(Provider.Kind.TENSORRT, Provider.Kind.CUDA);
        assertThat(openings.getFirst().memory()).isEqualTo("cuda:1");
        Path engines = Path.of(providers.getFirst().options().getOrDefault("trt_engine_cache_path", ""));
        assertThat(engines).isDirectory().hasParent(folder.resolve("engines"));
        assertThat(engines.getFileName().toString()).matches("[0-9a-f]{64}");
        assertThat(machine.probed.getFirst().getFirst().options()).doesNotContainKey("trt_engine_cache_path");
        Path other = TinyOnnx.identity(1, 2).write(folder.resolve("m.onnx"));
        assertThat(EngineFolder.of(folder.resolve("engines"), other)).isNotEqualTo(engines);
    }

    @Test
    void theProcessorsAreNotTriedOut() throws InterruptedException {
        open("cpu");

        assertThat(machine.probed).isEmpty();
        assertThat(openings).containsExactly(DeviceChoice.CPU);
    }

    @Test
    void theRealLibraryOfTheProcessorsSaysThatItHasNoCuda() {
        OnnxRuntimeDevices real = new OnnxRuntimeDevices(new OrtSessions(OnnxRuntimeNatives.load()), folder, said::add);

        assertThatThrownBy(() -> real.open(wish("cuda"), "m", device -> device))
                .isInstanceOf(ServingException.class)
                .hasMessageStartingWith("model m: spec.model.backend.onnxruntime.device asks for cuda:0");
    }

    @Test
    void theModelOfTheProbeIsOne() throws Exception {
        new OrtSessions(OnnxRuntimeNatives.load()).probe(List.of());
    }

    private void open(String device) throws InterruptedException {
        Path file = TinyOnnx.identity(1, 1).write(folder.resolve("m.onnx"));
        OnnxRuntimeDevices.Wish wish = wish(device);
        List<TensorInstance> instances = devices.open(wish, "m", chosen -> {
            openings.add(chosen);
            return devices.backend(chosen, wish, 1, OptionalLong.empty()).load(new ModelArtifact("m", file), 1);
        });
        instances.forEach(TensorInstance::close);
    }

    private static OnnxRuntimeDevices.Wish wish(String device) {
        return new OnnxRuntimeDevices.Wish(
                DeviceChoice.parse(device),
                "spec.model.backend.onnxruntime.device",
                "device: cpu",
                BackendSpec.Cuda.USUAL,
                new BackendSpec.Tensorrt(BackendSpec.Precision.FP16, Optional.of(new ByteSize(1 << 30)), true));
    }
}

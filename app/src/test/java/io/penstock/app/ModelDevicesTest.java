package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.backend.onnxruntime.OnnxRuntimeDevices;
import io.penstock.serving.DeviceMemory;
import io.penstock.serving.KeepAlive;
import io.penstock.serving.ModelPlace;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ServingException;
import io.penstock.spec.ByteSize;
import io.penstock.spec.DeviceChoice;
import io.penstock.spec.ServerSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ModelDevicesTest {
    private static final DeviceChoice CUDA = DeviceChoice.parse("cuda:0");

    private final ModelDevices devices = new ModelDevices(
            Map.of("cpu", budget(1 << 20), "cuda:0", budget(20 << 20)), new OnnxRuntimeDevices(Path.of("unused")), 8);

    @AfterEach
    void stop() {
        devices.close();
    }

    private static ServerSpec.Device budget(long bytes) {
        return new ServerSpec.Device(Optional.of(new ByteSize(bytes)));
    }

    private static DeviceMemory.Tenant tenant(long bytes) {
        return new DeviceMemory.Tenant("m", bytes, KeepAlive.ALWAYS);
    }

    @Test
    void aModelCountsAgainstTheDeviceItRunsOnAndNoOther() throws InterruptedException {
        ModelPlace<AutoCloseable> place = devices.of(CUDA).memory().place(tenant(10 << 20), () -> () -> {});

        try (ModelPlace<AutoCloseable>.Use _ = place.use(Deadline.after(Duration.ofSeconds(5)))) {
            assertThat(devices.of(CUDA).memory().reservedBytes()).isEqualTo(10 << 20);
            assertThat(devices.of(DeviceChoice.CPU).memory().reservedBytes()).isZero();
            assertThat(devices.of(DeviceChoice.parse("cuda:1")).memory().reservedBytes())
                    .isZero();
        }
        place.close();
    }

    @Test
    void cudaAndTensorrtShareTheMemoryOfTheirDevice() {
        assertThat(devices.of(DeviceChoice.parse("tensorrt:0"))).isSameAs(devices.of(CUDA));
        assertThat(devices.of(DeviceChoice.parse("cuda:1"))).isNotSameAs(devices.of(CUDA));
    }

    @Test
    void whatIsTooLargeForItsDeviceIsToldWhoseBudgetItIs() {
        assertThatThrownBy(() -> devices.of(CUDA).memory().place(tenant(21 << 20), () -> () -> {}))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("Server.devices.cuda:0.memory");
        assertThatThrownBy(() -> devices.of(DeviceChoice.CPU).memory().place(tenant(2 << 20), () -> () -> {}))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("Server.devices.cpu.memory");
    }

    @Test
    void cudasArenaIsBoundByTheBudgetWhereThereIsOne() {
        assertThat(devices.bound(DeviceChoice.parse("tensorrt:0"))).isEqualTo(OptionalLong.of(20 << 20));
        assertThat(devices.bound(DeviceChoice.parse("cuda:1"))).isEmpty();
    }

    @Test
    void coresAreDividedAmongTheCopiesOfAModel() {
        assertThat(devices.usualInstances(DeviceChoice.CPU)).isEqualTo(4);
        assertThat(devices.threads(DeviceChoice.CPU, OptionalInt.empty(), 4)).isEqualTo(2);
        assertThat(devices.threads(DeviceChoice.CPU, OptionalInt.empty(), 3)).isEqualTo(2);
        assertThat(devices.threads(DeviceChoice.CPU, OptionalInt.empty(), 64)).isEqualTo(1);
        assertThat(devices.threads(DeviceChoice.CPU, OptionalInt.of(5), 4)).isEqualTo(5);
        assertThat(devices.threads(CUDA, OptionalInt.empty(), 2)).isEqualTo(1);
        assertThat(devices.usualInstances(CUDA)).isEqualTo(2);
    }
}

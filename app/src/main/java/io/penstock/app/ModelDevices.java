package io.penstock.app;

import io.penstock.backend.onnxruntime.OnnxRuntimeDevices;
import io.penstock.serving.DeviceMemory;
import io.penstock.serving.DeviceShares;
import io.penstock.spec.ByteSize;
import io.penstock.spec.DeviceChoice;
import io.penstock.spec.ServerSpec;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The devices that models run on: what each has of memory and of places to compute. The processors are always there, a
 * graphics processor from the first model on it.
 *
 * <p>Threads: any number call it.
 */
final class ModelDevices implements AutoCloseable {
    private static final int MOST_INSTANCES = 4;

    /** Executions at once on a graphics processor: one computes while the other's tensors are copied. */
    private static final int EXECUTIONS = 2;

    private final Map<String, ServerSpec.Device> budgets;
    private final OnnxRuntimeDevices onnxruntime;
    private final int cores;
    private final Resources processors;
    private final Map<String, Resources> graphics = new ConcurrentHashMap<>();

    /** What models on one device share. */
    record Resources(DeviceMemory memory, DeviceShares shares) {}

    /** @param cores of the machine, or that the container may use */
    ModelDevices(Map<String, ServerSpec.Device> budgets, OnnxRuntimeDevices onnxruntime, int cores) {
        this.budgets = Map.copyOf(budgets);
        this.onnxruntime = onnxruntime;
        this.cores = cores;
        long most = budget("cpu").orElseGet(() -> MachineMemory.bytes() / 5 * 4);
        this.processors = new Resources(new DeviceMemory("cpu", most), new DeviceShares(cores));
    }

    OnnxRuntimeDevices onnxruntime() {
        return onnxruntime;
    }

    /** What models on a device share; {@code auto} is none. */
    Resources of(DeviceChoice device) {
        if (device.kind() == DeviceChoice.Kind.CPU) {
            return processors;
        }
        return graphics.computeIfAbsent(
                device.memory(),
                name -> new Resources(
                        new DeviceMemory(name, budget(name).orElse(Long.MAX_VALUE / 2)), new DeviceShares(EXECUTIONS)));
    }

    /** What {@code Server.devices} lets models take of a device; empty where it says nothing. */
    OptionalLong bound(DeviceChoice device) {
        return budget(device.memory()).map(OptionalLong::of).orElse(OptionalLong.empty());
    }

    /** Copies of a model that suit a device, where nobody says how many. */
    int usualInstances(DeviceChoice device) {
        return device.kind() == DeviceChoice.Kind.CPU ? Math.clamp(cores, 1, MOST_INSTANCES) : EXECUTIONS;
    }

    /** Threads of one execution on the processors: the cores divided by the copies, one where they only feed a device. */
    int threads(DeviceChoice device, OptionalInt wanted, int instances) {
        int usual = device.kind() == DeviceChoice.Kind.CPU ? Math.max(1, cores / instances) : 1;
        return wanted.orElse(usual);
    }

    private Optional<Long> budget(String device) {
        return Optional.ofNullable(budgets.get(device))
                .flatMap(ServerSpec.Device::memory)
                .map(ByteSize::bytes);
    }

    /** Stops unloading what is idle. */
    @Override
    public void close() {
        processors.memory().close();
        graphics.values().forEach(resources -> resources.memory().close());
    }
}

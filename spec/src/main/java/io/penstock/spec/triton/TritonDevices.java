package io.penstock.spec.triton;

import io.penstock.spec.BackendSpec;
import io.penstock.spec.BackendSpec.Precision;
import io.penstock.spec.BackendSpec.Tensorrt;
import io.penstock.spec.ByteSize;
import io.penstock.spec.DeviceChoice;
import io.penstock.spec.triton.TritonModelConfig.Placement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where a configuration places a model. A model runs on one device here: the first graphics processor that is named. Groups
 * on the processors beside groups on a graphics processor make that one a wish and no demand.
 */
final class TritonDevices {
    private static final Set<String> KINDS = Set.of("KIND_AUTO", "KIND_GPU", "KIND_CPU");

    private TritonDevices() {}

    /**
     * All groups together.
     *
     * @param instances empty where none is written
     */
    record Groups(OptionalInt instances, DeviceChoice device) {}

    static Groups groups(List<ConfigFields> groups, List<String> notCarried) {
        int count = 0;
        Set<String> kinds = new TreeSet<>();
        Set<Long> gpus = new TreeSet<>();
        for (ConfigFields group : groups) {
            String kind = group.text("kind").orElse("KIND_AUTO");
            if (!KINDS.contains(kind)) {
                throw group.mistake("kind", "must be KIND_AUTO, KIND_GPU or KIND_CPU: " + kind);
            }
            kinds.add(kind);
            List<Long> named = group.numbers("gpus");
            for (long gpu : named) {
                if (gpu < 0 || gpu > 99 || kind.equals("KIND_CPU")) {
                    throw group.mistake("gpus", "must be from 0 to 99, and not with KIND_CPU: " + gpu);
                }
            }
            gpus.addAll(named);
            // Triton makes so many instances on each graphics processor of the group.
            count += TritonConfigReader.small(group, "count").orElse(1) * Math.max(1, named.size());
            group.text("name");
            notCarried.addAll(group.rest());
        }
        int gpu = gpus.isEmpty() ? 0 : gpus.iterator().next().intValue();
        if (gpus.size() > 1) {
            notCarried.add("instance_group.gpus: " + gpus + "; all instances run on " + gpu);
        }
        if (kinds.contains("KIND_CPU") && kinds.size() > 1) {
            notCarried.add("instance_group.kind: " + kinds + "; all instances run on one device");
        }
        return new Groups(
                groups.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Math.max(1, count)), device(kinds, gpu));
    }

    private static DeviceChoice device(Set<String> kinds, int gpu) {
        if (kinds.equals(Set.of("KIND_CPU"))) {
            return DeviceChoice.CPU;
        }
        return kinds.equals(Set.of("KIND_GPU"))
                ? new DeviceChoice(DeviceChoice.Kind.CUDA, gpu)
                : new DeviceChoice(DeviceChoice.Kind.AUTO, gpu);
    }

    static Placement placement(Groups groups, Optional<ConfigFields> optimization, List<String> notCarried) {
        List<ConfigFields> wanted = new ArrayList<>();
        optimization.ifPresent(fields -> {
            fields.message("execution_accelerators").ifPresent(accelerators -> {
                wanted.addAll(accelerators.messages("gpu_execution_accelerator"));
                notCarried.addAll(accelerators.rest());
            });
            notCarried.addAll(fields.rest());
        });
        DeviceChoice device = groups.device();
        Tensorrt tensorrt = Tensorrt.USUAL;
        for (ConfigFields accelerator : wanted) {
            String name = accelerator.text("name").orElse("");
            switch (name) {
                case "tensorrt" -> {
                    tensorrt = tensorrt(accelerator, notCarried);
                    if (device.kind() == DeviceChoice.Kind.CUDA) {
                        device = new DeviceChoice(DeviceChoice.Kind.TENSORRT, device.index());
                    } else {
                        notCarried.add("optimization.execution_accelerators: tensorrt; only with KIND_GPU");
                    }
                }
                case "cuda" -> accelerator.messages("parameters"); // its own way of running anyway
                default -> notCarried.add("optimization.execution_accelerators: " + name);
            }
            notCarried.addAll(accelerator.rest());
        }
        return new Placement(device, tensorrt);
    }

    private static Tensorrt tensorrt(ConfigFields accelerator, List<String> notCarried) {
        Precision precision = Precision.FP32;
        Optional<ByteSize> workspace = Optional.empty();
        boolean cache = Tensorrt.USUAL.engineCache();
        for (Map.Entry<String, String> parameter :
                accelerator.textMap("parameters").entrySet()) {
            String value = parameter.getValue();
            switch (parameter.getKey()) {
                case "precision_mode" ->
                    precision = switch (value) {
                        case "FP32" -> Precision.FP32;
                        case "FP16" -> Precision.FP16;
                        default ->
                            throw accelerator.mistake("parameters", "precision_mode must be FP32 or FP16: " + value);
                    };
                case "max_workspace_size_bytes" -> workspace = Optional.of(workspace(accelerator, value));
                case "trt_engine_cache_enable" -> cache = value.equals("1") || value.equalsIgnoreCase("true");
                default -> notCarried.add("optimization.execution_accelerators.tensorrt: " + parameter.getKey());
            }
        }
        return new BackendSpec.Tensorrt(precision, workspace, cache);
    }

    private static ByteSize workspace(ConfigFields accelerator, String value) {
        if (!value.matches("[1-9][0-9]{0,17}")) {
            throw accelerator.mistake("parameters", "max_workspace_size_bytes must be a number of bytes: " + value);
        }
        return new ByteSize(Long.parseLong(value));
    }
}

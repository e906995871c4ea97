package io.penstock.spec.triton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.spec.BackendSpec;
import io.penstock.spec.ByteSize;
import io.penstock.spec.DeviceChoice;
import io.penstock.spec.InvalidSpecException;
import io.penstock.spec.triton.TritonModelConfig.DynamicBatching;
import io.penstock.spec.triton.TritonModelConfig.QueuePolicy;
import io.penstock.spec.triton.TritonModelConfig.TensorConfig;
import io.penstock.spec.triton.TritonModelConfig.VersionPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TritonConfigReaderTest {
    private static final String WHOLE = """
            # as people write it
            name: "detector"
            platform: "onnxruntime_onnx"
            max_batch_size: 8
            input [ { name: "images" data_type: TYPE_FP32 format: FORMAT_NCHW dims: [ 3, -1, 640 ] } ]
            output: [
              { name: 'scores', data_type: TYPE_FP16, dims: [ 1000 ], label_filename: "labels.txt" },
              { name: "text" data_type: TYPE_STRING dims: 1 }
            ]
            version_policy { specific { versions: [1, 3] } }
            dynamic_batching {
              preferred_batch_size: [ 4, 8 ]
              max_queue_delay_microseconds: 1500
              priority_levels: 3 default_priority_level: 2
              default_queue_policy < timeout_action: DELAY default_timeout_microseconds: 2000 max_queue_size: 7 >
              preserve_ordering: true
              priority_queue_policy { key: 1 value { max_queue_size: 3 allow_timeout_override: true } }
              priority_queue_policy { key: 3 value { timeout_action: REJECT default_timeout_microseconds: 500 } }
            }
            instance_group [ { count: 2 kind: KIND_CPU }, { count: 1 kind: KIND_GPU gpus: [ 0 ] } ]
            default_model_filename: "net.onnx"
            parameters { key: "intra_op" value: { string_value: "1" } }
            model_warmup [ { name: "one" batch_size: 1 inputs { key: "images" value { data_type: TYPE_FP32 dims: [3, 64, 640] random_data: true } } } ]
            optimization { graph { level: 1 } }
            """;

    @Test
    void readsWhatPeopleWrite() {
        TritonModelConfig config = TritonConfigReader.read("config.pbtxt", WHOLE);

        assertThat(config.name()).contains("detector");
        assertThat(config.backend()).contains("onnxruntime");
        assertThat(config.maxBatchSize()).hasValue(8);
        assertThat(config.inputs())
                .containsExactly(new TensorConfig("images", "FP32", List.of(3L, -1L, 640L), Optional.empty()));
        assertThat(config.outputs())
                .containsExactly(
                        new TensorConfig("scores", "FP16", List.of(1000L), Optional.of("labels.txt")),
                        new TensorConfig("text", "BYTES", List.of(1L), Optional.empty()));
        assertThat(config.versions()).isEqualTo(new VersionPolicy.Specific(List.of(1L, 3L)));
        assertThat(config.batching())
                .contains(new DynamicBatching(
                        List.of(4, 8),
                        Duration.ofNanos(1_500_000),
                        3,
                        2,
                        new QueuePolicy(true, Duration.ofMillis(2), OptionalInt.of(7)),
                        Map.of(
                                1,
                                new QueuePolicy(false, Duration.ZERO, OptionalInt.of(3)),
                                3,
                                new QueuePolicy(false, Duration.ofNanos(500_000), OptionalInt.empty()))));
        assertThat(config.instances()).hasValue(3);
        assertThat(config.modelFile()).contains("net.onnx");
        assertThat(config.parameters()).isEqualTo(Map.of("intra_op", "1"));
        assertThat(config.warmUps()).hasSize(1);
    }

    @Test
    void whatIsNotCarriedOverIsListedFieldByField() {
        assertThat(TritonConfigReader.read("config.pbtxt", WHOLE).notCarried())
                .containsExactly(
                        "instance_group.kind: [KIND_CPU, KIND_GPU]; all instances run on one device",
                        "optimization[0].graph (line 24)");
    }

    @Test
    void graphicsProcessorsOfGroupsAreWhereTheModelRuns() {
        TritonModelConfig two = TritonConfigReader.read(
                "config.pbtxt", "instance_group [ { count: 2 kind: KIND_GPU gpus: [ 3, 1 ] } ]");

        assertThat(two.placement().device()).isEqualTo(DeviceChoice.parse("cuda:1"));
        assertThat(two.instances()).hasValue(4);
        assertThat(two.notCarried()).containsExactly("instance_group.gpus: [1, 3]; all instances run on 1");
        assertThat(device("")).isEqualTo(DeviceChoice.AUTO);
        assertThat(device("instance_group { kind: KIND_AUTO }")).isEqualTo(DeviceChoice.AUTO);
        assertThat(device("instance_group { kind: KIND_CPU }")).isEqualTo(DeviceChoice.CPU);
        assertThat(device("instance_group { kind: KIND_GPU }")).isEqualTo(DeviceChoice.parse("cuda:0"));
        assertThat(device("instance_group [ { kind: KIND_CPU }, { kind: KIND_GPU gpus: 2 } ]"))
                .isEqualTo(new DeviceChoice(DeviceChoice.Kind.AUTO, 2));
        assertThatThrownBy(() -> device("instance_group { kind: KIND_MODEL }"))
                .hasMessageContaining("must be KIND_AUTO, KIND_GPU or KIND_CPU: KIND_MODEL");
        assertThatThrownBy(() -> device("instance_group { kind: KIND_CPU gpus: 0 }"))
                .hasMessageContaining("not with KIND_CPU: 0");
    }

    @Test
    void tensorrtOfTheAcceleratorsIsCarriedOver() {
        String accelerator = """
                optimization { execution_accelerators { gpu_execution_accelerator [ {
                  name : "tensorrt"
                  parameters { key: "precision_mode" value: "FP16" }
                  parameters { key: "max_workspace_size_bytes" value: "1073741824" }
                  parameters { key: "minimum_segment_size" value: "3" }
                } ] cpu_execution_accelerator [ { name: "openvino" } ] } }
                """;
        TritonModelConfig config =
                TritonConfigReader.read("config.pbtxt", "instance_group { kind: KIND_GPU }\n" + accelerator);

        assertThat(config.placement())
                .isEqualTo(new TritonModelConfig.Placement(
                        DeviceChoice.parse("tensorrt:0"),
                        new BackendSpec.Tensorrt(
                                BackendSpec.Precision.FP16, Optional.of(new ByteSize(1 << 30)), true)));
        assertThat(config.notCarried())
                .containsExactly(
                        "optimization[0].execution_accelerators[0].cpu_execution_accelerator (line 7)",
                        "optimization.execution_accelerators.tensorrt: minimum_segment_size");
        assertThat(TritonConfigReader.read("config.pbtxt", accelerator).notCarried())
                .contains("optimization.execution_accelerators: tensorrt; only with KIND_GPU");
        assertThatThrownBy(() -> TritonConfigReader.read(
                        "config.pbtxt", "instance_group { kind: KIND_GPU }\n" + accelerator.replace("FP16", "INT8")))
                .hasMessageContaining("precision_mode must be FP32 or FP16: INT8");
    }

    private static DeviceChoice device(String config) {
        return TritonConfigReader.read("config.pbtxt", config).placement().device();
    }

    @Test
    void refusesAQueuePolicyOfALevelThatThereIsNot() {
        for (String key : List.of("0", "3", "-1", "x")) {
            assertThatThrownBy(() -> TritonConfigReader.read(
                            "config.pbtxt",
                            "dynamic_batching { priority_levels: 2\n priority_queue_policy { key: \"" + key
                                    + "\" value { max_queue_size: 3 } } }"))
                    .isInstanceOf(InvalidSpecException.class)
                    .hasMessageContaining("must have keys from 1 to priority_levels, 2: " + key);
        }
    }

    @Test
    void jsonSaysTheSame() {
        TritonModelConfig config = TritonConfigReader.read("config", """
                {"name":"m","backend":"onnxruntime","maxBatchSize":4,"version_policy":{"all":{}},
                 "input":[{"name":"x","data_type":"TYPE_INT64","dims":["2"]}],
                 "parameters":{"a":{"string_value":"b"}}}""");

        assertThat(config.maxBatchSize()).hasValue(4);
        assertThat(config.inputs()).containsExactly(new TensorConfig("x", "INT64", List.of(2L), Optional.empty()));
        assertThat(config.versions()).isEqualTo(new VersionPolicy.All());
        assertThat(config.parameters()).isEqualTo(Map.of("a", "b"));
        assertThat(config.notCarried()).isEmpty();
    }

    @Test
    void anEnsembleHasItsSteps() {
        TritonModelConfig config = TritonConfigReader.read("config.pbtxt", """
                platform: "ensemble"
                ensemble_scheduling { step [
                  { model_name: "a" model_version: -1 input_map { key: "x" value: "in" } output_map { key: "y" value: "mid" } },
                  { model_name: "b" model_version: 2 input_map { key: "x" value: "mid" } output_map { key: "y" value: "out" } }
                ] }""");

        assertThat(config.isEnsemble()).isTrue();
        assertThat(config.ensemble())
                .containsExactly(
                        new TritonModelConfig.EnsembleStep(
                                "a", java.util.OptionalLong.empty(), Map.of("x", "in"), Map.of("y", "mid")),
                        new TritonModelConfig.EnsembleStep(
                                "b", java.util.OptionalLong.of(2), Map.of("x", "mid"), Map.of("y", "out")));
    }

    @Test
    void mistakesNameFileLineAndField() {
        assertThatThrownBy(() -> TritonConfigReader.read("m/config.pbtxt", "name: \"m\"\nmax_batch_size: many\n"))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessage("m/config.pbtxt:2:1: max_batch_size: must be a whole number: many");
        assertThatThrownBy(() -> TritonConfigReader.read("c", "input { name: \"x\" data_type: TYPE_FP8 }"))
                .hasMessageContaining("input[0].data_type")
                .hasMessageContaining("TYPE_FP8");
        assertThatThrownBy(() -> TritonConfigReader.read("c", "input {\n name: \"x"))
                .hasMessageContaining("c:2:")
                .hasMessageContaining("without \"");
        assertThatThrownBy(() -> TritonConfigReader.read("c", "a { ".repeat(100)))
                .hasMessageContaining("nested");
        assertThatThrownBy(() -> TritonConfigReader.read("c", "{\"a\": ")).hasMessageContaining("no JSON");
    }

    @Test
    void damagedFilesAreRefusedAndNothingElse() {
        Random random = new Random(7);
        for (int round = 0; round < 3_000; round++) {
            StringBuilder text = new StringBuilder(WHOLE);
            for (int i = 0; i <= random.nextInt(4); i++) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.deleteCharAt(at);
                    case 1 -> text.insert(at, "{}[]<>:\"'\\#,;x1".charAt(random.nextInt(15)));
                    default -> text.setLength(at + 1);
                }
            }
            try {
                assertThat(TritonConfigReader.read("c", text.toString())).isNotNull();
            } catch (InvalidSpecException e) {
                assertThat(e).hasMessageStartingWith("c:");
            }
        }
    }
}

package io.penstock.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.serving.InferRequest;
import io.penstock.serving.InferResponse;
import io.penstock.serving.Model;
import io.penstock.serving.ModelRepository;
import io.penstock.serving.OnDemandModel;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.Tensor;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.spec.ServerSpec;
import io.penstock.spec.SpecReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class RepositoryModelsTest {
    private static final Shape IMAGE = Shape.of(1, 3, 256, 416);

    @TempDir
    private Path home;

    private Path folder;
    private Engine engine;
    private RepositoryModels models;
    private final List<String> reports = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        folder = Files.createDirectories(home.resolve("models"));
        add("detector", 1);
        engine = Engine.start(Checkout.folders(home), ServerSpec.defaults());
        models = new RepositoryModels(engine, new ModelRepository(folder), reports::add);
    }

    @AfterEach
    void stop() {
        models.close();
        engine.close();
    }

    private void add(String name, int version) throws IOException {
        Path target = Files.createDirectories(folder.resolve(name).resolve(Integer.toString(version)));
        Files.copy(Checkout.sample().resolveSibling("street-detector.onnx"), target.resolve("model.onnx"));
    }

    private void config(String name, String text) throws IOException {
        Files.createDirectories(folder.resolve(name));
        Files.writeString(folder.resolve(name).resolve("config.pbtxt"), text);
    }

    @Test
    void aFolderWithoutConfigurationsRunsAsItIs() throws Exception {
        models.loadAll();

        assertThat(models.names()).containsExactly("detector");
        Model model = engine.models().find("detector").orElseThrow();
        assertThat(model.version()).isEqualTo("1");
        assertThat(infer("detector", "")).isPositive();
    }

    @Test
    void versionsAreChosenAndCalledByTheirNumbers() throws Exception {
        add("detector", 2);
        add("detector", 10);
        config("detector", "version_policy { latest { num_versions: 2 } }\noptimization { priority: PRIORITY_MAX }\n");
        models.loadAll();

        assertThat(engine.models().versions("detector").stream().map(Model::version))
                .containsExactly("2", "10");
        assertThat(infer("detector", "2")).isEqualTo(infer("detector", ""));
        assertThatThrownBy(() -> infer("detector", "1")).hasMessageContaining("no version 1; it has 2, 10");
        assertThat(reports).contains("model detector: not carried over: optimization[0].priority (line 2)");
    }

    @Test
    void whatContradictsTheModelRefusesTheStartWithEverythingThatIsWrong() throws Exception {
        config("detector", "input { name: \"picture\" data_type: TYPE_FP32 dims: [1, 3, 256, 416] }\n");
        config("script", "backend: \"python\"\n");
        Files.createDirectories(folder.resolve("script/1"));
        config("broken", "max_batch_size: many\n");

        assertThatThrownBy(models::loadAll)
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("input picture is not in the model; it has images")
                .hasMessageContaining("wants the backend python")
                .hasMessageContaining("broken/config.pbtxt:1:1: max_batch_size");
        assertThat(models.names()).isEmpty();
    }

    private static final String WARM = """
            model_warmup { name: "w" batch_size: 1 count: 2
              inputs { key: "images" value { data_type: TYPE_FP32 dims: [ 1, 3, 256, 416 ] %s } } }
            """;

    @Test
    void warmsUpWithTheSamplesOfTheConfiguration() throws Exception {
        Files.createDirectories(folder.resolve("detector/warmup"));
        Files.write(folder.resolve("detector/warmup/street"), new byte[4 * 3 * 256 * 416]);
        config("detector", WARM.formatted("input_data_file: \"street\"") + WARM.formatted("random_data: true"));
        models.loadAll();
        assertThat(infer("detector", "")).isPositive();
        assertThat(reports).noneMatch(report -> report.contains("model_warmup"));
    }

    @Test
    void aSampleThatIsNotThereOrDoesNotFitRefusesTheModel() throws Exception {
        Files.createDirectories(folder.resolve("detector/warmup"));
        Files.write(folder.resolve("secret"), new byte[4 * 3 * 256 * 416]);
        Files.createSymbolicLink(folder.resolve("detector/warmup/link"), folder.resolve("secret"));
        for (String file : List.of("../../secret", "none", "link", "")) {
            config(
                    "detector",
                    file.isEmpty()
                            ? WARM.formatted("zero_data: true").replace("256", "255")
                            : WARM.formatted("input_data_file: \"" + file + "\""));
            assertThatThrownBy(models::loadAll)
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining(
                            file.isEmpty()
                                    ? "model_warmup 'w': input images must be"
                                    : "input_data_file must be a file in the model's folder warmup: " + file);
        }
    }

    @Test
    void anEnsembleCallsItsModels() throws Exception {
        String output = output("detector");
        config("both", """
                platform: "ensemble"
                input { name: "in" data_type: TYPE_FP32 dims: [ 1, 3, 256, 416 ] }
                output { name: "out" data_type: TYPE_FP32 dims: [ -1, -1, -1 ] }
                ensemble_scheduling { step { model_name: "detector" model_version: -1
                  input_map { key: "images" value: "in" } output_map { key: "%s" value: "out" } } }
                """.formatted(output));
        Files.createDirectories(folder.resolve("both/1"));
        models.loadAll();

        assertThat(models.names()).containsExactly("both", "detector");
        assertThat(infer("both", "")).isEqualTo(infer("detector", ""));
    }

    @Test
    void loadingAnewLosesNoRequestAndUnloadingRefusesTheNext() throws Exception {
        models.loadAll();
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        Thread caller = Thread.ofVirtual().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    infer("detector", "");
                    answered.incrementAndGet();
                } catch (ServingException _) {
                    failed.incrementAndGet();
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        for (int i = 0; i < 3; i++) {
            models.load("detector", Optional.empty(), Map.of());
        }
        int before = answered.get();
        await(() -> answered.get() >= before + 3);
        caller.interrupt();
        caller.join();
        assertThat(failed).hasValue(0);

        models.unload("detector", false);
        assertThatThrownBy(() -> infer("detector", ""))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
        assertThat(models.unavailable()).isEqualTo(Map.of("detector", "unloaded"));
        assertThat(engine.memory().reservedBytes()).isZero();
        models.load("detector", Optional.of("{\"max_batch_size\": 0}"), Map.of());
        assertThat(infer("detector", "")).isPositive();
    }

    @Test
    void filesOfARequestAreServedInThePlaceOfTheFolders() throws Exception {
        byte[] model = Files.readAllBytes(folder.resolve("detector/1/model.onnx"));
        models.loadAll();
        models.load("detector", Optional.of("{}"), Map.of("7/model.onnx", model));

        assertThat(engine.models().versions("detector").stream().map(Model::version))
                .containsExactly("7");
        assertThat(infer("detector", "7")).isPositive();
        models.load("fresh", Optional.empty(), Map.of("1/model.onnx", model));
        assertThat(infer("fresh", "")).isPositive();
        for (String path : List.of("../other/1/model.onnx", "/etc/model.onnx", "..")) {
            assertThatThrownBy(() -> models.load("detector", Optional.empty(), Map.of(path, model)))
                    .hasMessageContaining("leaves the model's folder");
        }
        assertThatThrownBy(() -> models.load("detector", Optional.empty(), Map.of("1/model.onnx", new byte[10])))
                .isInstanceOf(ServingException.class);
        assertThat(infer("detector", "")).as("what was loaded stays").isPositive();
    }

    @Test
    void anEnsemblesModelsGoWithItWhereTheyAreWanted() throws Exception {
        config("both", """
                platform: "ensemble"
                input { name: "in" data_type: TYPE_FP32 dims: [ 1, 3, 256, 416 ] }
                output { name: "out" data_type: TYPE_FP32 dims: [ -1, -1, -1 ] }
                ensemble_scheduling { step { model_name: "detector" model_version: -1
                  input_map { key: "images" value: "in" } output_map { key: "%s" value: "out" } } }
                """.formatted(output("detector")));
        Files.createDirectories(folder.resolve("both/1"));
        models.loadAll();
        models.unload("both", true);

        assertThat(models.names()).isEmpty();
        assertThat(models.unavailable()).containsOnlyKeys("both", "detector");
    }

    @Test
    void namesThatLeaveTheFolderAreUnknown() {
        for (String name : List.of("../models", "..", "", "a/b", "detector/1", ".hidden", "missing")) {
            assertThatThrownBy(() -> models.load(name, Optional.empty(), Map.of()))
                    .isInstanceOfSatisfying(
                            ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
        }
    }

    @Test
    void moreModelsThanMemoryAreServedByTurns() throws Exception {
        add("second", 1);
        add("third", 1);
        long each = Files.size(folder.resolve("second/1/model.onnx")) * 3 / 2;
        engine.close();
        engine = Engine.start(Checkout.folders(home), withMemory(each * 2 + 1_000));
        models = new RepositoryModels(engine, new ModelRepository(folder), reports::add);
        models.loadAll();

        for (int round = 0; round < 3; round++) {
            for (String name : List.of("detector", "second", "third")) {
                assertThat(infer(name, "")).isPositive();
                assertThat(engine.memory().reservedBytes()).isLessThanOrEqualTo(each * 2 + 1_000);
            }
        }
        assertThat(engine.models().all().stream().map(OnDemandModel.class::cast).filter(OnDemandModel::isLoaded))
                .hasSize(2);
    }

    @Test
    void aWatchedFolderIsFollowed() throws Exception {
        models.loadAll();
        Thread polling = Thread.ofVirtual().start(() -> models.poll(Duration.ofMillis(20)));
        add("late", 1);
        await(() -> models.names().contains("late"));
        Files.delete(folder.resolve("late/1/model.onnx"));
        Files.delete(folder.resolve("late/1"));
        Files.delete(folder.resolve("late"));
        await(() -> !models.names().contains("late"));
        polling.interrupt();
        polling.join();
        assertThat(models.names()).containsExactly("detector");
    }

    private static void await(BooleanSupplier claim) throws InterruptedException {
        while (!claim.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("timed out");
            }
            Thread.onSpinWait();
        }
    }

    @Test
    void aGroupOnAGraphicsProcessorThatIsAbsentRefusesItsModelAlone() throws Exception {
        Assumptions.assumeFalse(Files.exists(Path.of("/dev/nvidia0")), "a graphics processor is here");
        models.loadAll();
        add("gpu", 1);
        config("gpu", "instance_group { kind: KIND_GPU gpus: 1 }\n");

        assertThatThrownBy(() -> models.load("gpu", Optional.empty(), Map.of()))
                .hasMessageContaining("model gpu: instance_group.kind asks for cuda:1, which cannot be used: ")
                .hasMessageContaining("write kind: KIND_CPU");
        assertThat(infer("detector", "")).isPositive();
    }

    @Test
    void cardsSayTheThreadsThatThereAre() throws Exception {
        config("detector", """
                instance_group { kind: KIND_CPU count: 1 }
                parameters { key: "intra_op_thread_count" value: { string_value: "3" } }
                """);
        models.loadAll();

        assertThat(models.cards().get("detector"))
                .satisfies(card -> assertThat(requireNonNull(card).threads()).isEqualTo(3))
                .satisfies(card -> assertThat(requireNonNull(card).device()).isEqualTo("CPU"));
    }

    private static ServerSpec withMemory(long bytes) {
        return new SpecReader()
                .read("server.yaml", """
                        apiVersion: penstock.io/v1alpha1
                        kind: Server
                        spec: {devices: {cpu: {memory: %d}}}
                        """.formatted(bytes))
                .server()
                .orElseThrow();
    }

    private String output(String name) throws InterruptedException {
        models.load(name, Optional.empty(), Map.of());
        return engine.models()
                .tensorModel(name, "")
                .signature()
                .outputs()
                .getFirst()
                .name();
    }

    /** Calls a detector with a grey picture, and gives the bytes of what it answers. */
    private long infer(String name, String version) throws InterruptedException {
        try (TensorLease memory = engine.pool().allocate(IMAGE.elementCount() * 4)) {
            memory.memory().fill((byte) 0);
            Tensor image = new Tensor(DataType.FP32, IMAGE, memory.memory().asSlice(0, IMAGE.elementCount() * 4));
            SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
            inputs.put(
                    engine.models()
                            .tensorModel(name, version)
                            .signature()
                            .inputs()
                            .getFirst()
                            .name(),
                    image);
            try (InferResponse response = engine.models()
                    .tensorModel(name, version)
                    .infer(new InferRequest(inputs, List.of(), Deadline.after(Duration.ofSeconds(60)), memory))) {
                return response.outputs().values().stream()
                        .mapToLong(Tensor::byteSize)
                        .sum();
            }
        }
    }
}

package io.penstock.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.Test;

class SpecReaderTest {
    private static final String HEAD = """
            apiVersion: penstock.io/v1alpha1
            kind: InferencePipeline
            metadata: {name: street}
            """;

    private final SpecReader reader = new SpecReader();

    @Test
    void smallestDocumentHasAModelAndNothingElse() {
        InferencePipeline pipeline = readOne("spec: {model: {uri: m.onnx}}\n");

        assertThat(pipeline.name()).isEqualTo("street");
        assertThat(pipeline.spec().source()).isEqualTo(new SourceSpec.Http());
        assertThat(pipeline.model().batching())
                .isEqualTo(new ModelSpec.Batching(8, Duration.ZERO, OptionalInt.empty(), List.of(), Optional.empty()));
        assertThat(pipeline.spec().preprocess()).isEmpty();
    }

    @Test
    void readsEveryKindOfField() {
        InferencePipeline pipeline = readOne("""
                spec:
                  source:
                    streams:
                      cameras:
                        - {name: gate, synthetic: {scene: street, seed: 7, fps: max}}
                      frameQueue: {memory: {capacity: 4}}
                      latencyTarget: 200ms
                  preprocess:
                    - decodeImage: {}
                    - letterbox: {width: 416, height: 256, place: topLeft}
                    - toTensor: {order: BGR, scale: 1, mean: [1, 2, 3]}
                  model: {name: det, uri: m.onnx, backend: {onnxruntime: {intraOpThreads: 2, device: 'tensorrt:1', cuda: {convolutionSearch: exhaustive}, tensorrt: {precision: fp16, workspace: 1Gi}}}, instances: 3}
                  postprocess:
                    - detections: {labels: [a, b], scoreThreshold: 0.25, perClass: {a: 0.5}}
                """);

        SourceSpec.Streams streams = (SourceSpec.Streams) pipeline.spec().source();
        assertThat(streams.cameras().getFirst().synthetic())
                .isEqualTo(new SourceSpec.Synthetic(SourceSpec.SceneName.STREET, 7, FrameRate.MAX));
        assertThat(streams.frameQueue()).isEqualTo(new SourceSpec.FrameQueueSpec.Memory(4));
        assertThat(streams.latencyTarget()).contains(Duration.ofMillis(200));
        assertThat(pipeline.spec().preprocess().orElseThrow().get(1))
                .isEqualTo(new StepSpec.Letterbox(416, 256, 114, StepSpec.Place.TOP_LEFT));
        StepSpec.Detections detections = (StepSpec.Detections)
                pipeline.spec().postprocess().orElseThrow().getFirst();
        assertThat(detections.labels()).isEqualTo(Optional.of(StepSpec.Labels.of(List.of("a", "b"))));
        assertThat(detections.perClass()).containsEntry("a", 0.5);
        assertThat(pipeline.model().backend())
                .isEqualTo(new BackendSpec.Onnxruntime(
                        DeviceChoice.parse("tensorrt:1"),
                        OptionalInt.of(2),
                        new BackendSpec.Cuda(BackendSpec.ConvolutionSearch.EXHAUSTIVE),
                        new BackendSpec.Tensorrt(
                                BackendSpec.Precision.FP16, Optional.of(new ByteSize(1L << 30)), true)));
    }

    @Test
    void saysWhichDevicesThereAreToWrite() {
        assertViolations("spec: {model: {uri: m.onnx, backend: {onnxruntime: {device: gpu}}}}\n")
                .extracting(Violation::toString)
                .singleElement()
                .asString()
                .contains("spec.model.backend.onnxruntime.device")
                .contains("must be auto, cpu, cuda, cuda:N, tensorrt or tensorrt:N: gpu");
    }

    @Test
    void budgetsAreByDeviceAndOnlyOfDevicesThatAModelCanNameForItself() {
        ServerSpec server = server("devices: {cpu: {memory: 4Gi}, 'cuda:1': {memory: 20Gi}}");

        assertThat(server.devices())
                .isEqualTo(Map.of(
                        "cpu", new ServerSpec.Device(Optional.of(new ByteSize(4L << 30))),
                        "cuda:1", new ServerSpec.Device(Optional.of(new ByteSize(20L << 30)))));
        assertThatThrownBy(() -> server("devices: {gpu0: {memory: 4Gi}}"))
                .hasMessageContaining("spec.devices.gpu0")
                .hasMessageContaining("a key must match cpu|cuda:(0|[1-9][0-9]?): gpu0");
        assertThatThrownBy(() -> server("devices: {'cuda:0': {memory: 4}}")).hasMessageContaining("1048576");
    }

    private ServerSpec server(String spec) {
        return reader.read("server.yaml", "apiVersion: penstock.io/v1alpha1\nkind: Server\nspec: {" + spec + "}\n")
                .server()
                .orElseThrow();
    }

    @Test
    void namesTheNearestFieldForATypo() {
        assertViolations("spec: {modle: {uri: m.onnx}}\n").anySatisfy(violation -> {
            assertThat(violation.line()).isEqualTo(4);
            assertThat(violation.column()).isEqualTo(8);
            assertThat(violation.message()).contains("did you mean model?");
        });
    }

    @Test
    void reportsEveryMistakeAtOnce() {
        assertViolations("""
                spec:
                  model:
                    uri: m.onnx
                    instances: 0
                    batching: {maxBatchSize: many}
                  postprocess:
                    - detections: {scoreThreshold: 1.5, layout: yolov9}
                """)
                .extracting(Violation::path)
                .contains(
                        "spec.model.instances",
                        "spec.model.batching.maxBatchSize",
                        "spec.postprocess[0].detections.scoreThreshold",
                        "spec.postprocess[0].detections.layout");
    }

    @Test
    void saysValueAndWhatIsAllowed() {
        assertViolations("spec: {model: {uri: m.onnx, instances: 65}}\n")
                .extracting(Violation::toString)
                .containsExactly("p.yaml:4:40: spec.model.instances: must be from 1 to 64: 65");
        assertViolations("spec: {model: {uri: m.onnx, batching: {maxBatchSize: 8, queueCapacity: 4}}}\n")
                .extracting(Violation::message)
                .containsExactly("queueCapacity must be at least maxBatchSize, 8: 4");
    }

    @Test
    void readsSinksAndFillsInTheirDefaults() {
        SinkSpec.Retention day = new SinkSpec.Retention(Duration.ofHours(24), ByteSize.parse("1Gi"));
        InferencePipeline pipeline = readOne("""
                spec:
                  model: {uri: m.onnx}
                  sinks:
                    - store: {sqlite: {}}
                    - files: {directory: out, json: false, retention: {age: 7d, bytes: 10Gi}}
                """);

        assertThat(pipeline.spec().sinks())
                .containsExactly(
                        new SinkSpec.Store.Sqlite(day, false),
                        new SinkSpec.Files(
                                "out",
                                true,
                                false,
                                new SinkSpec.Retention(Duration.ofDays(7), ByteSize.parse("10Gi"))));
        assertThat(readOne("spec: {model: {uri: m.onnx}}\n").spec().sinks()).isEmpty();
    }

    @Test
    void saysWhatIsWrongWithASink() {
        assertViolations("""
                spec:
                  model: {uri: m.onnx}
                  sinks:
                    - store: {sqlit: {}}
                    - files: {directory: out, annotated: false, json: false}
                    - store: {sqlite: {retention: {age: 1ms, bytes: 10Ki}}}
                    - store: {sqlite: {retention: {bytes: 1GB}}}
                """)
                .extracting(Violation::toString)
                .containsExactly(
                        "p.yaml:7:15: spec.sinks[0].store.sqlit: unknown key; did you mean sqlite?",
                        "p.yaml:8:14: spec.sinks[1].files: files with neither annotated nor json writes nothing; set"
                                + " one of them to true",
                        "p.yaml:9:53: spec.sinks[2].store.sqlite.retention.bytes: must be at least 1048576 bytes: 10Ki",
                        "p.yaml:10:43: spec.sinks[3].store.sqlite.retention.bytes: must be a size such as 512, 512Ki,"
                                + " 64Mi, 1Gi or 10G: 1GB");
        assertViolations("""
                spec:
                  model: {uri: m.onnx}
                  sinks: [store: {sqlite: {}}, store: {sqlite: {everyFrame: true}}]
                """).extracting(Violation::message).containsExactly("sinks may have at most 1 store: 2");
        assertViolations("spec: {model: {uri: m.onnx}, sinks: [store: {sqlite: {retention: {age: 1ms}}}]}\n")
                .extracting(Violation::message)
                .containsExactly("age must be at least 1s: 1ms");
    }

    @Test
    void refusesStepsThatDoNotFitOneAnother() {
        assertViolations("""
                spec:
                  preprocess: [{toTensor: {}}]
                  model: {uri: m.onnx}
                """)
                .extracting(Violation::message)
                .containsExactly("toTensor needs a picture fitted by letterbox or resize, but there is a picture here");
    }

    @Test
    void refusesWhatIsNoYamlAndWhatIsNestedTooDeeply() {
        assertThatThrownBy(() -> reader.read("p.yaml", "spec: [1, 2"))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessageContaining("not YAML");
        assertThatThrownBy(() -> reader.read("p.yaml", "[".repeat(100_000)))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessageContaining("deeper than 100");
        assertThatThrownBy(() -> reader.read("p.yaml", "")).hasMessageContaining("empty");
        assertThatThrownBy(() -> reader.read("p.yaml", "a: &x [*x]\n")).isInstanceOf(InvalidSpecException.class);
    }

    @Test
    void refusesDuplicateKeysAndTwoPipelinesOfOneName() {
        assertViolations("spec: {model: {uri: a}, model: {uri: b}}\n")
                .extracting(Violation::message)
                .contains("is written twice");
        String document = HEAD + "spec: {model: {uri: m.onnx}}\n";
        assertThatThrownBy(() -> reader.read("p.yaml", document + "---\n" + document))
                .hasMessageContaining("two pipelines are named street");
    }

    @Test
    void everyFieldHasASentence() {
        for (Kind kind : Kind.values()) {
            assertSentences(kind.shape());
        }
    }

    @Test
    void readsWhatTheProcessIsToldBesidePipelines() {
        SpecDocuments read = reader.read("p.yaml", HEAD + """
                spec: {model: {uri: m.onnx}}
                ---
                apiVersion: penstock.io/v1alpha1
                kind: Server
                spec:
                  listen: {port: 9000, domains: [a.example.org, example.com]}
                  limits: {requestBytes: 8Mi, requestDeadline: 5s}
                  cache: {bytes: 10Gi}
                """);

        ServerSpec server = read.server().orElseThrow();
        assertThat(read.pipelines()).hasSize(1);
        assertThat(server.listen())
                .isEqualTo(new ServerSpec.Listen(
                        "127.0.0.1", 9000, List.of("a.example.org", "example.com"), Optional.empty()));
        assertThat(server.limits().requestBytes()).isEqualTo(new ByteSize(8 << 20));
        assertThat(server.limits().requestDeadline()).isEqualTo(Duration.ofSeconds(5));
        assertThat(server.limits().connections()).isEqualTo(10_000);
        assertThat(server.cache().bytes()).isEqualTo(new ByteSize(10L << 30));
        assertThat(ServerSpec.defaults().cache().bytes()).isEqualTo(new ByteSize(50L << 30));
        assertThat(ServerSpec.defaults().listen().domains()).containsExactly("example.com");
    }

    @Test
    void refusesUnknownKindsAndASecondServer() {
        assertThatThrownBy(() -> reader.read("p.yaml", HEAD.replace("InferencePipeline", "Servr") + "spec: {}\n"))
                .hasMessageContaining("kind: must be InferencePipeline or Server: Servr; did you mean Server?");
        String server = "apiVersion: penstock.io/v1alpha1\nkind: Server\n";
        assertThatThrownBy(() -> reader.read("p.yaml", server + "---\n" + server))
                .hasMessageContaining("a file may hold one Server: 2");
    }

    @Test
    void refusesAKeyInTheClearWithoutRepeatingIt() {
        String server = "apiVersion: penstock.io/v1alpha1\nkind: Server\n";
        assertThatThrownBy(() -> reader.read(
                        "s.yaml", server + "spec: {auth: {keys: [{name: roads, sha256: not-so-secret}]}}\n"))
                .hasMessageContaining("sha256 must be the key's SHA-256 in 64 hexadecimal digits")
                .message()
                .doesNotContain("not-so-secret");
    }

    @Test
    void reportsStepsThatDoNotFitBesideOtherMistakes() {
        assertViolations("""
                spec:
                  source: {streams: {cameras: [{name: a, synthetic: {}}, {name: a, synthetic: {}}]}}
                  preprocess: [{toTensor: {}}]
                  model: {uri: m.onnx, instances: 0}
                """)
                .extracting(Violation::toString)
                .containsExactlyInAnyOrder(
                        "p.yaml:7:24: spec.model.instances: must be from 1 to 64: 0".replace("7:24", "7:35"),
                        "p.yaml:6:16: spec.preprocess[0]: toTensor needs a picture fitted by letterbox or resize, but"
                                + " there is a picture here",
                        "p.yaml:5:65: spec.source.streams.cameras[1].name: two cameras are named a");
    }

    @Test
    void readsLinesAsTheListThatTheyAre() {
        List<StepSpec> steps = readOne("""
                spec:
                  model: {uri: m.onnx}
                  postprocess:
                    - detections: {}
                    - track: {lostFor: 2s}
                    - lines: [{name: gate, from: [0, 400], to: [1280, 400]}]
                    - zones: {count: {yard: [[0, 0], [9, 0], [9, 9]]}}
                    - colours: {most: 1}
                """).spec().postprocess().orElseThrow();
        assertThat(steps.get(1)).isEqualTo(new StepSpec.Track(0.1, 0.2, 2, Duration.ofSeconds(2), 32, 0.5));
        assertThat(steps.get(2))
                .isEqualTo(new StepSpec.Lines(List.of(new StepSpec.Line(
                        "gate", List.of(0.0, 400.0), List.of(1280.0, 400.0), StepSpec.ZonePoint.CENTRE))));
        assertThat(steps.get(4)).isEqualTo(new StepSpec.Colours(1, 0.15));
    }

    @Test
    void refusesLinesWithoutTracksAndTwoTracks() {
        assertViolations("""
                spec:
                  model: {uri: m.onnx}
                  postprocess:
                    - detections: {}
                    - lines: [{name: gate, from: [0, 1], to: [0, 1]}]
                    - lines: [{name: a, from: [0, 1], to: [0, 2]}]
                    - track: {}
                    - track: {}
                """)
                .extracting(Violation::message)
                .containsExactlyInAnyOrder(
                        "a line has two ends: [0.0, 1.0]",
                        "lines needs track before it: only objects that are followed cross",
                        "track stands in a list once");
    }

    @Test
    void readsCallsOfOtherPipelines() {
        List<StepSpec> steps = readOne("""
                spec:
                  model: {uri: m.onnx}
                  postprocess:
                    - detections: {}
                    - infer: {pipeline: plates, crop: true, labels: [car], margin: 0.1, maxCrops: 4}
                    - infer: {pipeline: faces}
                """).spec().postprocess().orElseThrow();
        assertThat(steps.get(1)).isEqualTo(new StepSpec.Infer("plates", true, List.of("car"), 0.1, 4));
        assertThat(steps.get(2)).isEqualTo(new StepSpec.Infer("faces", false, List.of(), 0, 16));
    }

    @Test
    void refusesMarginsAndLabelsOfThatWhichIsNotCropped() {
        assertViolations("""
                spec:
                  model: {uri: m.onnx}
                  postprocess:
                    - detections: {}
                    - infer: {pipeline: plates, labels: [car]}
                    - infer: {pipeline: Plates, crop: true, margin: 3}
                """)
                .extracting(Violation::path, Violation::message)
                .anySatisfy(each -> assertThat(each.toList())
                        .containsExactly("spec.postprocess[1].infer", "labels and margin need crop: true"))
                .anySatisfy(each -> assertThat(each.toList()).contains("spec.postprocess[2].infer.pipeline"))
                .anySatisfy(each -> assertThat(each.toList()).contains("spec.postprocess[2].infer.margin"));
    }

    @Test
    void refusesPipelinesThatComeToCallThemselves() {
        String text = document("a", "b") + "---\n" + document("b", "c") + "---\n" + document("c", "b") + "---\n"
                + document("d", "d");
        assertThatThrownBy(() -> reader.read("p.yaml", text))
                .isInstanceOfSatisfying(
                        InvalidSpecException.class,
                        e -> assertThat(e.violations())
                                .extracting(Violation::toString)
                                .containsExactly(
                                        "p.yaml:17:25: spec.postprocess[1].infer.pipeline: a pipeline must not come to call itself:"
                                                + " b -> c -> b",
                                        "p.yaml:26:25: spec.postprocess[1].infer.pipeline: a pipeline must not come to call itself:"
                                                + " c -> b -> c",
                                        "p.yaml:35:25: spec.postprocess[1].infer.pipeline: a pipeline must not come to call itself:"
                                                + " d -> d"));
    }

    private static String document(String name, String calls) {
        return """
                apiVersion: penstock.io/v1alpha1
                kind: InferencePipeline
                metadata: {name: %s}
                spec:
                  model: {uri: m.onnx}
                  postprocess:
                    - detections: {}
                    - infer: {pipeline: %s}
                """.formatted(name, calls);
    }

    private static void assertSentences(SpecShape shape) {
        switch (shape) {
            case SpecShape.Mapping mapping ->
                mapping.fields().forEach(field -> {
                    assertThat(field.field().value())
                            .as(mapping.name() + "." + field.name())
                            .endsWith(".");
                    assertSentences(field.shape());
                });
            case SpecShape.Union union ->
                union.variants().forEach((key, variant) -> {
                    String about = switch (variant) {
                        case SpecShape.Mapping mapping -> mapping.about();
                        case SpecShape.Union choice -> choice.about();
                        default -> "a variant must be a mapping: " + key;
                    };
                    assertThat(about).as(key).endsWith(".");
                    assertSentences(variant);
                });
            case SpecShape.Sequence sequence -> assertSentences(sequence.element());
            case SpecShape.Dictionary dictionary -> assertSentences(dictionary.value());
            case SpecShape.Scalar _, SpecShape.LabelNames _, SpecShape.AnchorSizes _ -> {}
        }
    }

    @Test
    void anchorsAreOneListOrLists() {
        assertThat(anchors("[10, 13.5, 16, 30]")).containsExactly(List.of(10.0, 13.5, 16.0, 30.0));
        assertThat(anchors("[[10, 13], [16, 30]]")).containsExactly(List.of(10.0, 13.0), List.of(16.0, 30.0));
        refusesAnchors("[]", "must have a width and a height for each anchor: []");
        refusesAnchors("[[10, 13], []]", "must have a width and a height for each anchor: []");
        refusesAnchors("[10, 13, 16]", "must have a width and a height for each anchor: [10.0, 13.0, 16.0]");
        refusesAnchors("[10, 0]", "must be sizes above 0: 0.0");
        refusesAnchors("[[10, 13], [16, -3]]", "must be sizes above 0: -3.0");
        refusesAnchors("12", "must be a list, not 12");
        assertViolations(detections("[10, .inf]"))
                .extracting(Violation::path, Violation::message)
                .containsExactly(tuple("spec.postprocess[0].detections.anchors[1]", "must be a number: .inf"));
        assertViolations(detections("[10, [16, 30]]"))
                .extracting(Violation::path)
                .containsExactly("spec.postprocess[0].detections.anchors[1]");
    }

    private static String detections(String anchors) {
        return "spec: {model: {uri: m.onnx}, postprocess: [{detections: {anchors: " + anchors + "}}]}";
    }

    private List<List<Double>> anchors(String written) {
        StepSpec.Detections step = (StepSpec.Detections)
                readOne(detections(written)).spec().postprocess().orElseThrow().getFirst();
        return step.anchors().orElseThrow().lists();
    }

    private void refusesAnchors(String written, String message) {
        assertViolations(detections(written))
                .extracting(Violation::path, Violation::message)
                .containsExactly(tuple("spec.postprocess[0].detections.anchors", message));
    }

    private InferencePipeline readOne(String spec) {
        return reader.read("p.yaml", HEAD + spec).pipelines().getFirst();
    }

    private ListAssert<Violation> assertViolations(String spec) {
        try {
            reader.read("p.yaml", HEAD + spec);
        } catch (InvalidSpecException e) {
            return assertThat(e.violations());
        }
        throw new AssertionError("was accepted: " + spec);
    }
}

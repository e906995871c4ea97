package io.penstock.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SpecOverrideTest {
    private static final String TWO = """
            apiVersion: penstock.io/v1alpha1
            kind: InferencePipeline
            metadata: {name: street}
            spec:
              source: {streams: {cameras: [{name: gate, synthetic: {seed: 1}}]}}
              model: {uri: m.onnx}
            ---
            apiVersion: penstock.io/v1alpha1
            kind: InferencePipeline
            metadata: {name: plates}
            spec: {model: {uri: p.onnx}}
            """;

    @Test
    void setsAFieldInEveryPipelineOrInOne() {
        SpecDocuments read = read("spec.model.instances=2", "plates/spec.model.warmUp=false");

        assertThat(read.pipelines())
                .extracting(pipeline -> pipeline.model().instances())
                .containsOnly(OptionalInt.of(2));
        assertThat(read.pipelines())
                .extracting(pipeline -> pipeline.model().warmUp())
                .containsExactly(true, false);
    }

    @Test
    void reachesAndAddsEntriesOfLists() {
        SpecDocuments read = read(
                "street/spec.source.streams.cameras[0].synthetic.fps=max",
                "street/spec.source.streams.cameras[1]={name: yard, synthetic: {seed: 2}}");

        SourceSpec.Streams streams =
                (SourceSpec.Streams) read.pipelines().getFirst().spec().source();
        assertThat(streams.cameras()).extracting(SourceSpec.CameraSpec::name).containsExactly("gate", "yard");
        assertThat(streams.cameras().getFirst().synthetic().fps()).isEqualTo(FrameRate.MAX);
        assertThat(streams.cameras().getFirst().synthetic().seed()).isEqualTo(1);
    }

    @Test
    void setsTheServersFieldsWhereThereIsADocumentForIt() {
        SpecReader reader = new SpecReader(List.of(SpecOverride.parse("Server/spec.listen.port=0")));

        assertThat(reader.read("s.yaml", "{apiVersion: penstock.io/v1alpha1, kind: Server}")
                        .server()
                        .orElseThrow()
                        .listen()
                        .port())
                .isZero();
    }

    @Test
    void leavesWhatAnAnchorSharesAsItIs() {
        SpecDocuments read = new SpecReader(
                        List.of(SpecOverride.parse("spec.source.streams.cameras[0].synthetic.seed=9")))
                .read("p.yaml", """
                        apiVersion: penstock.io/v1alpha1
                        kind: InferencePipeline
                        metadata: {name: street}
                        spec:
                          source: {streams: {cameras: [{name: a, synthetic: &s {seed: 1}}, {name: b, synthetic: *s}]}}
                          model: {uri: m.onnx}
                        """);

        SourceSpec.Streams streams =
                (SourceSpec.Streams) read.pipelines().getFirst().spec().source();
        assertThat(streams.cameras())
                .extracting(camera -> camera.synthetic().seed())
                .containsExactly(9L, 1L);
    }

    @Test
    void mistakesNameTheFlag() {
        assertThatThrownBy(() -> read("spec.model.instances=many"))
                .hasMessageContaining(
                        "--set spec.model.instances=many:1:1: spec.model.instances: must be a whole number: many");
        assertThatThrownBy(() -> read("spec.modle.instances=2"))
                .hasMessageContaining(
                        "--set spec.modle.instances=2:1:1: spec.modle: unknown field; did you mean model?");
        assertThatThrownBy(() -> read("street/spec.source.streams.cameras[3].name=x"))
                .hasMessageContaining("spec.source.streams.cameras has 1 entries, so the next one is [1]: [3]");
        assertThatThrownBy(() -> read("spec.model.uri.x=1")).hasMessageContaining("spec.model.uri is no mapping");
        assertThatThrownBy(() -> read("spec.model.uri=[1")).hasMessageContaining("not YAML");
        for (String wrong : new String[] {"spec.model.instances", "=2", "a..b=1", "a[x]=1"}) {
            assertThatThrownBy(() -> SpecOverride.parse(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("must be path=value");
        }
    }

    private static SpecDocuments read(String... overrides) {
        return new SpecReader(Arrays.stream(overrides).map(SpecOverride::parse).toList()).read("p.yaml", TWO);
    }
}

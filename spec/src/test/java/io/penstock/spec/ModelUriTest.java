package io.penstock.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelUriTest {
    @Test
    void readsEveryKind() {
        assertThat(ModelUri.parse("models/m.onnx")).isEqualTo(new ModelUri.Local("models/m.onnx"));
        assertThat(ModelUri.parse("file:m.onnx")).isEqualTo(new ModelUri.Local("m.onnx"));
        assertThat(ModelUri.parse("file:///a%20b/m.onnx")).isEqualTo(new ModelUri.Local("/a b/m.onnx"));
        assertThat(ModelUri.parse("https://h.example/m.onnx"))
                .isEqualTo(new ModelUri.Http(URI.create("https://h.example/m.onnx")));
        assertThat(ModelUri.parse("hf:org/repo/onnx/m.onnx"))
                .isEqualTo(new ModelUri.HuggingFace("org", "repo", "onnx/m.onnx", "main"));
        assertThat(ModelUri.parse("hf:org/repo/m.onnx@refs/pr/1"))
                .isEqualTo(new ModelUri.HuggingFace("org", "repo", "m.onnx", "refs/pr/1"));
    }

    @Test
    void showsNeitherPasswordsNorQueries() {
        ModelUri uri = ModelUri.parse("https://user:secret@h.example:8443/a/m.onnx?token=secret");
        assertThat(uri.shown()).isEqualTo("https://h.example:8443/a/m.onnx");
        assertThat(uri.fileName()).isEqualTo("m.onnx");
    }

    @Test
    void namesOfFilesStayInTheirFolder() {
        assertThat(ModelUri.parse("http://h/a/..%2F..%2Fevil").fileName()).isEqualTo("evil");
        assertThat(ModelUri.parse("http://h/.hidden").fileName()).isEqualTo("hidden");
        assertThat(ModelUri.parse("http://h/" + "x".repeat(300) + ".onnx").fileName())
                .hasSize(120)
                .endsWith(".onnx");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3://bucket/m.onnx",
                "ftp://h/m.onnx",
                "hf:repo/m.onnx",
                "hf:org/repo/../../m.onnx",
                "http://",
                "https://h.example/",
                "https://h.example",
                "file://host/m.onnx",
                "https://h/a b.onnx"
            })
    void refusesWhatIsNoAddressOfAModel(String uri) {
        assertThatThrownBy(() -> ModelUri.parse(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("uri ");
    }

    @Test
    void anotherSchemeIsAViolationThatNamesThoseThereAre() {
        String document = """
                apiVersion: penstock.io/v1alpha1
                kind: InferencePipeline
                metadata: {name: a}
                spec: {model: {uri: "s3://b/m.onnx"}}
                """;
        assertThatThrownBy(() -> new SpecReader().read("a.yaml", document))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessageContaining("a.yaml:4:15: spec.model: uri must be a path, file:, http://, https:// or hf:")
                .hasMessageContaining("s3://b/m.onnx");
        assertThatThrownBy(
                        () -> new SpecReader().read("a.yaml", document.replace("\"s3://b/m.onnx\"", "m, sha256: abc")))
                .hasMessageContaining("spec.model.sha256");
    }
}

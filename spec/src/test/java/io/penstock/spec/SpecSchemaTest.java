package io.penstock.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The schema and the reader agree; the schema is judged by a validator that is not ours. */
class SpecSchemaTest {
    private static final String HEAD =
            "apiVersion: penstock.io/v1alpha1\nkind: InferencePipeline\nmetadata: {name: street}\n";

    private static final List<String> GOOD = List.of(
            HEAD + "spec: {model: {uri: m.onnx}}",
            HEAD + "spec: {source: {http: }, model: {uri: m.onnx, instances: 3, warmUp: false}}",
            HEAD + "spec: {source: {streams: {cameras: [{name: a, synthetic: {fps: max}}], latencyTarget: 200ms}},"
                    + " model: {uri: m.onnx, backend: {onnxruntime: {intraOpThreads: 2}}}}",
            HEAD + "spec: {preprocess: [{letterbox: {width: 4, height: 4}}, {toTensor: {mean: [1, 2, 3]}}],"
                    + " model: {uri: m.onnx}, postprocess: [{detections: {labels: coco, perClass: {a: 0.5}}}]}",
            HEAD + "spec: {model: {uri: m.onnx}, postprocess: [{detections: {anchors: [10, 13, 16.5, 30]}}]}",
            HEAD + "spec: {model: {uri: m.onnx}, postprocess: [{detections: {anchors: [[10, 13], [16.5, 30]]}}]}",
            "{apiVersion: penstock.io/v1alpha1, kind: Server, spec: {limits: {requestBytes: 8Mi}, cache: {bytes: 1024}}}",
            "{apiVersion: penstock.io/v1alpha1, kind: Server}");

    private static final List<String> BAD = List.of(
            HEAD + "spec: {modle: {uri: m.onnx}}",
            HEAD + "spec: {model: {uri: m.onnx, instances: 0}}",
            HEAD + "spec: {model: {uri: m.onnx, instances: many}}",
            HEAD + "spec: {source: {http: {}, streams: {cameras: [{name: a, synthetic: {}}]}}, model: {uri: m.onnx}}",
            HEAD + "spec: {source: {streams: {cameras: []}}, model: {uri: m.onnx}}",
            HEAD
                    + "spec: {source: {streams: {cameras: [{name: a, synthetic: {}}], latencyTarget: soon}}, model: {uri: m}}",
            HEAD + "spec: {model: {uri: m}, postprocess: [{detections: {layout: yolov99}}]}",
            HEAD + "spec: {model: {uri: m}, postprocess: [{detections: {anchors: []}}]}",
            HEAD + "spec: {model: {uri: m}, postprocess: [{detections: {anchors: [10, -13]}}]}",
            HEAD + "spec: {model: {uri: m}, postprocess: [{detections: {anchors: [[10, 13], [0, 30]]}}]}",
            HEAD + "spec: {model: {uri: m}, postprocess: [{detections: {anchors: [[10, 13], 30]}}]}",
            HEAD + "spec: {model: {uri: m}, postprocess: [{detections: {anchors: yolov5}}]}",
            HEAD.replace("street", "Not_A_Label") + "spec: {model: {uri: m.onnx}}",
            HEAD.replace("InferencePipeline", "Pod") + "spec: {model: {uri: m.onnx}}",
            "{apiVersion: penstock.io/v1alpha1, kind: Server, spec: {limits: {requestBytes: big}}}",
            "{apiVersion: penstock.io/v1, kind: Server}");

    private final ObjectMapper mapper = new ObjectMapper();
    private final JsonSchema schema =
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(SpecSchema.json());

    @Test
    void acceptsWhatTheReaderAccepts() {
        for (String document : GOOD) {
            new SpecReader().read("good.yaml", document);
            assertThat(messages(document)).as(document).isEmpty();
        }
    }

    @Test
    void refusesWhatTheReaderRefuses() {
        for (String document : BAD) {
            assertThat(isRefused(document)).as(document).isTrue();
            assertThat(messages(document)).as(document).isNotEmpty();
        }
    }

    @Test
    void everyFieldIsDescribedAndEveryDefaultFitsItsOwnSchema() {
        assertThat(SpecSchema.json())
                .contains("\"description\": \"How requests share executions.\"", "\"default\": \"64Mi\"")
                .contains("\"default\": 8080", "\"default\": true");
    }

    private static boolean isRefused(String document) {
        try {
            new SpecReader().read("bad.yaml", document);
            return false;
        } catch (InvalidSpecException e) {
            return true;
        }
    }

    private Set<ValidationMessage> messages(String yaml) {
        Object loaded = new Load(LoadSettings.builder().build()).loadFromString(yaml);
        JsonNode node = mapper.valueToTree(loaded);
        return schema.validate(node);
    }
}

package io.penstock.conformance;

import static io.penstock.conformance.Check.must;
import static io.penstock.conformance.Check.should;
import static io.penstock.conformance.Mismatch.unless;

import io.grpc.Status;
import io.penstock.protocol.oip.ModelMetadataRequest;
import io.penstock.protocol.oip.ModelMetadataResponse;
import io.penstock.protocol.oip.ModelReadyRequest;
import io.penstock.protocol.oip.ModelReadyResponse;
import io.penstock.protocol.oip.ServerLiveRequest;
import io.penstock.protocol.oip.ServerLiveResponse;
import io.penstock.protocol.oip.ServerMetadataRequest;
import io.penstock.protocol.oip.ServerMetadataResponse;
import io.penstock.protocol.oip.ServerReadyRequest;
import io.penstock.protocol.oip.ServerReadyResponse;
import java.util.List;
import java.util.Map;

/** A1 to A4 and A11: health, metadata, readiness, versions; each over REST and over gRPC. */
final class ServerChecks {
    private static final String UNKNOWN = "no-such-model-c0ffee";

    private ServerChecks() {}

    static List<Check> all() {
        return List.of(
                must(
                        "A1.live",
                        "GET /v2/health/live answers 200",
                        s -> s.http().find("/v2/health/live").ok()),
                must(
                        "A1.ready",
                        "GET /v2/health/ready answers 200",
                        s -> s.http().find("/v2/health/ready").ok()),
                should(
                        "A1.body",
                        "health answers carry {\"live\":true} and {\"ready\":true}",
                        ServerChecks::healthBody),
                must("A1.health.grpc", "ServerLive and ServerReady answer true", ServerChecks::healthGrpc),
                must("A2.metadata", "GET /v2 has name, version and a list of extensions", ServerChecks::metadata),
                must("A2.metadata.grpc", "ServerMetadata says what GET /v2 says", ServerChecks::metadataGrpc),
                must("A2.truthful", "what extensions lists is answered", ServerChecks::extensionsTruthful),
                must("A3.metadata", "a model's metadata has name, inputs and outputs", ServerChecks::modelMetadata),
                must(
                        "A3.accepted",
                        "infer accepts what the metadata says, and gives what it says",
                        ServerChecks::accepted),
                must("A3.metadata.grpc", "ModelMetadata says what REST says", ServerChecks::modelMetadataGrpc),
                should("A3.platform", "a model's metadata names its platform", ServerChecks::platform),
                must("A4.ready", "a loaded model's ready answers 200", ServerChecks::modelReady),
                must("A4.ready.grpc", "ModelReady answers true for a loaded model", ServerChecks::modelReadyGrpc),
                must(
                        "A4.unknown",
                        "metadata of an unknown model is a 4xx with an error",
                        s -> s.http().find(HttpSide.modelPath(UNKNOWN)).refused()),
                must(
                        "A4.unknown-infer",
                        "infer on an unknown model is a 4xx with an error",
                        ServerChecks::unknownInfer),
                should("A4.unknown-404", "an unknown model is a 404", ServerChecks::unknownIs404),
                should("A4.unknown.grpc", "an unknown model is NOT_FOUND over gRPC", ServerChecks::unknownGrpc),
                must("A11.version", "each listed version answers in the path", ServerChecks::versionInPath),
                must("A11.unknown-version", "an unknown version is a 4xx with an error", ServerChecks::unknownVersion));
    }

    private static void healthBody(Subject s) throws Exception {
        unless(Tree.truth(s.http().find("/v2/health/live").object(), "live"), "\"live\" is false");
        unless(Tree.truth(s.http().find("/v2/health/ready").object(), "ready"), "\"ready\" is false");
    }

    private static void healthGrpc(Subject s) {
        GrpcSide grpc = s.grpc();
        ServerLiveResponse live = grpc.call(
                "ServerLive", ServerLiveRequest.getDefaultInstance(), ServerLiveResponse.getDefaultInstance());
        ServerReadyResponse ready = grpc.call(
                "ServerReady", ServerReadyRequest.getDefaultInstance(), ServerReadyResponse.getDefaultInstance());
        unless(live.getLive(), "live is false");
        unless(ready.getReady(), "ready is false");
    }

    private static void metadata(Subject s) throws Exception {
        Map<String, Object> server = s.http().find("/v2").object();
        unless(!Tree.text(server, "name").isBlank(), "an empty name");
        Tree.text(server, "version");
        Tree.texts(server, "extensions");
    }

    private static void metadataGrpc(Subject s) throws Exception {
        ServerMetadataResponse grpc = s.grpc()
                .call(
                        "ServerMetadata",
                        ServerMetadataRequest.getDefaultInstance(),
                        ServerMetadataResponse.getDefaultInstance());
        Map<String, Object> rest = s.http().find("/v2").object();
        unless(
                grpc.getName().equals(Tree.text(rest, "name"))
                        && grpc.getVersion().equals(Tree.text(rest, "version"))
                        && grpc.getExtensionsList().equals(Tree.texts(rest, "extensions")),
                Mismatch.shown("gRPC: " + grpc + " REST: " + Json.write(rest)));
    }

    private static void extensionsTruthful(Subject s) throws Exception {
        if (s.extensions().isEmpty()) {
            throw new Inapplicable("the server lists no extensions");
        }
        ModelFace model = s.model();
        for (String extension : s.extensions()) {
            switch (extension) {
                case "model_repository" ->
                    s.http().post("/v2/repository/index", "{}").ok();
                case "statistics" ->
                    s.http().find(HttpSide.modelPath(model.name()) + "/stats").ok();
                case "model_configuration" ->
                    s.http().find(HttpSide.modelPath(model.name()) + "/config").ok();
                case "binary_tensor_data" -> {
                    InferBody body = new InferBody();
                    model.tameInputs().forEach(input -> body.binary(input.name(), input.values()));
                    s.http().infer(model, body).outputs();
                }
                case "logging" -> s.http().find("/v2/logging").ok();
                case "trace" -> s.http().find("/v2/trace/setting").ok();
                case "system_shared_memory" ->
                    s.http().find("/v2/systemsharedmemory/status").ok();
                default -> {} // nothing that one request could show
            }
        }
    }

    private static void modelMetadata(Subject s) throws Exception {
        ModelFace asked = s.model();
        ModelFace model =
                ModelFace.of(s.http().find(HttpSide.modelPath(asked.name())).object());
        unless(model.name().equals(asked.name()), "asked for " + asked.name() + ", and " + model.name() + " came");
        unless(!model.inputs().isEmpty() && !model.outputs().isEmpty(), "no inputs or no outputs: " + model);
        for (ModelFace.TensorFace tensor : model.inputs()) {
            unless(tensor.type().isPresent(), "input '" + tensor.name() + "' is of no datatype: " + tensor.datatype());
            unless(
                    tensor.shape().stream().allMatch(dimension -> dimension >= -1),
                    "input '" + tensor.name() + "' has the shape " + tensor.shape());
        }
    }

    private static void accepted(Subject s) throws Exception {
        ModelFace model = s.model();
        Map<String, Values> outputs = s.http().infer(model, jsonOrBinary(model)).outputs();
        for (ModelFace.TensorFace output : model.outputs()) {
            Values came = outputs.get(output.name());
            unless(came != null, "no output '" + output.name() + "' but " + outputs.keySet());
            if (came != null) {
                unless(
                        came.type().name().equals(output.datatype()) && fits(output.shape(), came.shape()),
                        "output '" + output.name() + "' came as " + came.type() + came.shape() + ", and the metadata"
                                + " says " + output.datatype() + output.shape());
            }
        }
    }

    /** Of 16-bit floats there is no JSON form with most servers. */
    private static InferBody jsonOrBinary(ModelFace model) {
        InferBody body = new InferBody();
        for (NamedValues input : model.tameInputs()) {
            if (input.values().type().travelsAsJson()) {
                body.json(input.name(), input.values());
            } else {
                body.binary(input.name(), input.values());
            }
        }
        return body;
    }

    private static boolean fits(List<Long> open, List<Long> came) {
        if (open.size() != came.size()) {
            return false;
        }
        for (int i = 0; i < open.size(); i++) {
            if (open.get(i) >= 0 && !open.get(i).equals(came.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static void modelMetadataGrpc(Subject s) {
        ModelFace rest = s.model();
        ModelFace grpc = ModelFace.of(s.grpc()
                .call(
                        "ModelMetadata",
                        ModelMetadataRequest.newBuilder().setName(rest.name()).build(),
                        ModelMetadataResponse.getDefaultInstance()));
        unless(grpc.equals(rest), Mismatch.shown("gRPC: " + grpc + " REST: " + rest));
    }

    private static void platform(Subject s) {
        unless(!s.model().platform().isBlank(), "no platform, or an empty one");
    }

    private static void modelReady(Subject s) throws Exception {
        s.http().find(HttpSide.modelPath(s.model().name()) + "/ready").ok();
    }

    private static void modelReadyGrpc(Subject s) {
        ModelReadyResponse ready = s.grpc()
                .call(
                        "ModelReady",
                        ModelReadyRequest.newBuilder().setName(s.model().name()).build(),
                        ModelReadyResponse.getDefaultInstance());
        unless(ready.getReady(), "ready is false");
    }

    private static ModelFace unknown() {
        return new ModelFace(UNKNOWN, List.of(), "", List.of(), List.of());
    }

    private static void unknownInfer(Subject s) throws Exception {
        s.http().infer(unknown(), InferBody.of(s.model().tameInputs())).refused();
        s.checkAlive();
    }

    private static void unknownIs404(Subject s) throws Exception {
        for (HttpReply reply : List.of(
                s.http().find(HttpSide.modelPath(UNKNOWN)),
                s.http().infer(unknown(), InferBody.of(s.model().tameInputs())))) {
            unless(reply.status() == 404, reply.shown());
        }
    }

    private static void unknownGrpc(Subject s) {
        Status status = s.grpc()
                .refusal(
                        "ModelMetadata",
                        ModelMetadataRequest.newBuilder().setName(UNKNOWN).build(),
                        ModelMetadataResponse.getDefaultInstance());
        unless(status.getCode() == Status.Code.NOT_FOUND, status.toString());
    }

    private static void versionInPath(Subject s) throws Exception {
        ModelFace model = s.model();
        if (model.versions().isEmpty()) {
            throw new Inapplicable("the metadata lists no versions");
        }
        for (String version : model.versions()) {
            String path = HttpSide.modelPath(model.name()) + "/versions/" + version;
            s.http().find(path).ok();
            s.http()
                    .post(
                            path + "/infer",
                            InferBody.of(model.tameInputs()).bytes(),
                            Map.of("Content-Type", "application/json"))
                    .outputs();
        }
    }

    private static void unknownVersion(Subject s) throws Exception {
        s.http()
                .find(HttpSide.modelPath(s.model().name()) + "/versions/987654321")
                .refused();
    }
}

package io.penstock.conformance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The server under test and what is known of it: its extensions, its models, and which of them give back what they get.
 */
final class Subject implements AutoCloseable {
    private static final int MOST_MODELS = 64;
    /** Datatypes of numbers, those first that most servers have. */
    private static final List<Datatype> LIKELY = List.of(Datatype.FP32, Datatype.INT32, Datatype.FP64, Datatype.INT64);

    private final HttpSide http;
    private final Optional<GrpcSide> grpc;
    private final List<String> extensions;
    private final List<ModelFace> models;
    private final Optional<String> wanted;
    private final Map<Datatype, ModelFace> identities = new EnumMap<>(Datatype.class);

    private Subject(
            HttpSide http,
            Optional<GrpcSide> grpc,
            List<String> extensions,
            List<ModelFace> models,
            Optional<String> wanted) {
        this.http = http;
        this.grpc = grpc;
        this.extensions = extensions;
        this.models = models;
        this.wanted = wanted;
    }

    /**
     * Looks at a server: its metadata, and its models by {@code GET /v2/models} or its repository's index.
     *
     * @param model to take for all that any model serves for
     * @throws IOException if nothing answers there
     */
    static Subject of(HttpSide http, Optional<GrpcSide> grpc, Optional<String> model)
            throws IOException, InterruptedException {
        http.find("/v2/health/live");
        List<ModelFace> models = new ArrayList<>();
        List<String> names = new ArrayList<>();
        model.ifPresent(names::add);
        listed(http).stream().filter(name -> !names.contains(name)).forEach(names::add);
        for (String name : names.subList(0, Math.min(names.size(), MOST_MODELS))) {
            findModel(http, name).ifPresent(models::add);
        }
        Subject subject = new Subject(http, grpc, extensions(http), models, model);
        for (ModelFace each : models) {
            if (each.mayBeIdentity() && subject.givesBack(each)) {
                subject.identities.putIfAbsent(each.input().type().orElseThrow(), each);
            }
        }
        return subject;
    }

    private static List<String> listed(HttpSide http) throws IOException, InterruptedException {
        List<String> names = new ArrayList<>();
        try {
            Tree.list(http.post("/v2/repository/index", "{}").ok().json())
                    .forEach(each -> names.add(Tree.text(Tree.object(each), "name")));
        } catch (Mismatch _) {
            // Not every server has a repository: the other list is asked, too.
        }
        try {
            Tree.texts(http.find("/v2/models").object(), "models").stream()
                    .filter(name -> !names.contains(name))
                    .forEach(names::add);
        } catch (Mismatch _) {
            // KServe's list is no part of the protocol's text.
        }
        return names;
    }

    private static Optional<ModelFace> findModel(HttpSide http, String name) throws IOException, InterruptedException {
        try {
            return Optional.of(ModelFace.of(http.find(HttpSide.modelPath(name)).object()));
        } catch (Mismatch _) {
            return Optional.empty(); // A3 tells of the model that the checks use; others may be broken
        }
    }

    private static List<String> extensions(HttpSide http) throws IOException, InterruptedException {
        try {
            return Tree.texts(http.find("/v2").object(), "extensions");
        } catch (Mismatch _) {
            return List.of(); // A2 reports it
        }
    }

    /** By its name, or because a first tensor came back as it was. */
    private boolean givesBack(ModelFace model) throws IOException, InterruptedException {
        if (model.name().contains("identity")) {
            return true;
        }
        Datatype type = model.input().type().orElseThrow();
        if (!type.travelsAsJson()) {
            return false;
        }
        Values values = model.input().filled(type.plainSamples());
        try {
            Map<String, Values> outputs = http.infer(
                            model, new InferBody().json(model.input().name(), values))
                    .outputs();
            return values.equals(outputs.get(model.output().name()));
        } catch (Mismatch _) {
            return false;
        }
    }

    HttpSide http() {
        return http;
    }

    /** @throws Inapplicable if no address was given where gRPC answers */
    GrpcSide grpc() {
        return grpc.orElseThrow(() -> new Inapplicable("no gRPC answers there; give --grpc HOST:PORT"));
    }

    List<String> extensions() {
        return extensions;
    }

    List<ModelFace> models() {
        return models;
    }

    /** One that can be asked: one that gives back what it gets, if there is any. */
    ModelFace model() {
        return models.stream()
                .filter(model -> wanted.isPresent() && model.name().equals(wanted.get()))
                .findFirst()
                .or(() -> LIKELY.stream()
                        .filter(identities::containsKey)
                        .map(this::identity)
                        .findFirst())
                .or(() -> models.stream().filter(Subject::takesJson).findFirst())
                .or(() -> models.stream().filter(ModelFace::canBeAsked).findFirst())
                .orElseThrow(() -> new Inapplicable("no model was found on the server; name one by --model NAME"));
    }

    ModelFace identity(Datatype type) {
        ModelFace model = identities.get(type);
        if (model == null) {
            throw new Inapplicable("no model there gives back a " + type
                    + " tensor; penstock conformance --write-models DIR writes identity_" + type.lowerCase());
        }
        return model;
    }

    private static boolean takesJson(ModelFace model) {
        return model.canBeAsked()
                && model.inputs().stream()
                        .allMatch(input -> input.type().orElseThrow().travelsAsJson());
    }

    /** One of numbers that gives back what it gets, of the datatype that most servers have. */
    ModelFace anyIdentity() {
        return identity(
                LIKELY.stream().filter(identities::containsKey).findFirst().orElse(Datatype.FP32));
    }

    ModelFace withSeveralInputs() {
        return models.stream()
                .filter(model -> model.canBeAsked() && model.inputs().size() > 1)
                .findFirst()
                .orElseThrow(() -> new Inapplicable("no model there has two inputs; penstock conformance"
                        + " --write-models DIR writes identity_pair"));
    }

    ModelFace withSeveralOutputs() {
        return models.stream()
                .filter(model -> model.canBeAsked() && model.outputs().size() > 1)
                .findFirst()
                .orElseThrow(() -> new Inapplicable("no model there has two outputs; penstock conformance"
                        + " --write-models DIR writes identity_pair"));
    }

    /** @throws Mismatch unless the server lives and answers */
    void checkAlive() throws IOException, InterruptedException {
        Mismatch.unless(http.isLive(), "the server is no longer live afterwards");
    }

    /** What the server calls itself, for the report's head. */
    Map<String, String> identity() throws IOException, InterruptedException {
        Map<String, String> identity = new LinkedHashMap<>();
        try {
            Map<String, Object> server = http.find("/v2").object();
            identity.put("name", Tree.text(server, "name"));
            identity.put("version", Tree.text(server, "version"));
        } catch (Mismatch _) {
            identity.putIfAbsent("name", "unnamed"); // A2 reports it
            identity.putIfAbsent("version", "");
        }
        return identity;
    }

    @Override
    public void close() {
        http.close();
        grpc.ifPresent(GrpcSide::close);
    }
}

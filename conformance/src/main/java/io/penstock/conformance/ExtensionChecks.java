package io.penstock.conformance;

import static io.penstock.conformance.Check.extension;
import static io.penstock.conformance.Mismatch.unless;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** D: what Triton added to the protocol, for servers that list it. */
final class ExtensionChecks {
    private static final Set<String> STATES = Set.of("UNKNOWN", "READY", "UNAVAILABLE", "LOADING", "UNLOADING");
    private static final int COUNTED = 5;

    private ExtensionChecks() {}

    static List<Check> all() {
        return List.of(
                extension(
                        "D1.index",
                        "model_repository",
                        "the index lists the model with one of the states",
                        ExtensionChecks::index),
                extension(
                        "D1.ready-only",
                        "model_repository",
                        "\"ready\":true lists only what is READY",
                        ExtensionChecks::readyOnly),
                extension(
                        "D2.load",
                        "model_repository",
                        "loading a loaded model changes nothing",
                        ExtensionChecks::loadTwice),
                extension(
                        "D2.cycle",
                        "model_repository",
                        "unload makes a model unready, load ready again",
                        ExtensionChecks::cycle),
                extension(
                        "D2.unknown",
                        "model_repository",
                        "loading an unknown model is a 4xx with an error",
                        ExtensionChecks::loadUnknown),
                extension("D3.count", "statistics", "statistics grow by what was asked", ExtensionChecks::statistics),
                extension(
                        "D3.all", "statistics", "GET /v2/models/stats lists the model", ExtensionChecks::allStatistics),
                extension(
                        "D4.config",
                        "model_configuration",
                        "the configuration names the model and its inputs",
                        ExtensionChecks::configuration),
                extension(
                        "D5.classification",
                        "classification",
                        "classes come as value:index, the greatest first",
                        ExtensionChecks::classification),
                extension(
                        "D6.shared-memory",
                        "system_shared_memory",
                        "the status of shared memory is a list",
                        s -> Tree.list(s.http()
                                .find("/v2/systemsharedmemory/status")
                                .ok()
                                .json())),
                extension(
                        "D7.logging",
                        "logging",
                        "the log settings are an object",
                        s -> s.http().find("/v2/logging").object()),
                extension(
                        "D8.trace",
                        "trace",
                        "the trace settings are an object",
                        s -> s.http().find("/v2/trace/setting").object()));
    }

    private static List<Map<String, Object>> listed(Subject s, String body) throws Exception {
        return Tree.list(s.http().post("/v2/repository/index", body).ok().json()).stream()
                .map(Tree::object)
                .toList();
    }

    private static void index(Subject s) throws Exception {
        List<Map<String, Object>> models = listed(s, "{}");
        String wanted = s.model().name();
        unless(
                models.stream().anyMatch(model -> Tree.text(model, "name").equals(wanted)),
                Mismatch.shown(wanted + " is not in " + models));
        for (Map<String, Object> model : models) {
            Object state = model.getOrDefault("state", "");
            // Triton leaves the state of what was never loaded empty.
            unless(state.equals("") || STATES.contains(state), "state " + state);
        }
    }

    private static void readyOnly(Subject s) throws Exception {
        for (Map<String, Object> model : listed(s, "{\"ready\":true}")) {
            unless("READY".equals(model.get("state")), Mismatch.shown("listed: " + model));
        }
    }

    private static HttpReply change(Subject s, ModelFace model, String what) throws Exception {
        String path = HttpSide.modelPath(model.name()).replace("/v2/models/", "/v2/repository/models/");
        HttpReply reply = s.http().post(path + "/" + what, "{}");
        if (reply.text().contains("not allowed") || reply.text().contains("model-control")) {
            throw new Inapplicable("the server does not let models be loaded by request: " + reply.shown());
        }
        return reply;
    }

    /** Only what this suite wrote is unloaded: others may be in use. */
    private static ModelFace expendable(Subject s) {
        return s.models().stream()
                .filter(model -> model.name().startsWith("identity_") && !model.equals(s.model()))
                .findFirst()
                .orElseThrow(
                        () -> new Inapplicable("only models of penstock conformance --write-models DIR are unloaded,"
                                + " and none is there besides the one in use"));
    }

    private static void loadTwice(Subject s) throws Exception {
        ModelFace model = expendable(s);
        change(s, model, "load").ok();
        change(s, model, "load").ok();
        s.http().infer(model, InferBody.of(model.tameInputs())).outputs();
    }

    private static void cycle(Subject s) throws Exception {
        ModelFace model = expendable(s);
        String ready = HttpSide.modelPath(model.name()) + "/ready";
        change(s, model, "unload").ok();
        try {
            long until = System.nanoTime() + 10_000_000_000L;
            while (s.http().find(ready).status() == 200) {
                unless(System.nanoTime() < until, "still ready 10 s after it was unloaded");
                Thread.sleep(50);
            }
            change(s, model, "unload");
        } finally {
            change(s, model, "load").ok();
        }
        s.http().find(ready).ok();
        s.http().infer(model, InferBody.of(model.tameInputs())).outputs();
    }

    private static void loadUnknown(Subject s) throws Exception {
        change(s, new ModelFace("no-such-model", List.of(), "", List.of(), List.of()), "load")
                .refused();
    }

    private record Counted(long inferences, long executions, long successes, long nanos) {}

    private static Counted counted(Subject s, ModelFace model) throws Exception {
        Map<String, Object> answer =
                s.http().find(HttpSide.modelPath(model.name()) + "/stats").object();
        Map<String, Object> stats = Tree.object(Tree.list(answer, "model_stats").getFirst());
        Map<String, Object> success =
                Tree.object(Tree.member(Tree.object(Tree.member(stats, "inference_stats")), "success"));
        return new Counted(
                Tree.number(stats, "inference_count"),
                Tree.number(stats, "execution_count"),
                Tree.number(success, "count"),
                Tree.number(success, "ns"));
    }

    private static void statistics(Subject s) throws Exception {
        ModelFace model = s.model();
        Counted before = counted(s, model);
        for (int i = 0; i < COUNTED; i++) {
            s.http().infer(model, InferBody.of(model.tameInputs())).ok();
        }
        Counted after = counted(s, model);
        unless(
                after.successes() - before.successes() == COUNTED
                        && after.inferences() - before.inferences() >= COUNTED
                        && after.executions() > before.executions()
                        && after.executions() <= after.inferences()
                        && after.nanos() > before.nanos(),
                "after " + COUNTED + " requests " + before + " became " + after);
    }

    private static void allStatistics(Subject s) throws Exception {
        List<Object> all = Tree.list(s.http().find("/v2/models/stats").object(), "model_stats");
        unless(
                all.stream()
                        .anyMatch(each -> Tree.text(Tree.object(each), "name")
                                .equals(s.model().name())),
                Mismatch.shown("listed: " + all));
    }

    private static void configuration(Subject s) throws Exception {
        ModelFace model = s.model();
        Map<String, Object> config =
                s.http().find(HttpSide.modelPath(model.name()) + "/config").object();
        unless(Tree.text(config, "name").equals(model.name()), "name " + config.get("name"));
        List<String> inputs = Tree.list(config, "input").stream()
                .map(each -> Tree.text(Tree.object(each), "name"))
                .toList();
        List<String> expected =
                model.inputs().stream().map(ModelFace.TensorFace::name).toList();
        unless(inputs.equals(expected), "inputs " + inputs + ", and the metadata says " + expected);
    }

    private static void classification(Subject s) throws Exception {
        ModelFace model = s.identity(Datatype.FP32);
        if (!model.input().isOpen()) {
            throw new Inapplicable("model " + model.name() + " has no open dimension");
        }
        Values scores = model.input().filled(List.of(0.25, 0.75, 0.5));
        Values classes = s.http()
                .infer(
                        model,
                        new InferBody()
                                .json(model.input().name(), scores)
                                .output(model.output().name(), Map.of("classification", 2)))
                .outputs()
                .get(model.output().name());
        unless(classes != null && classes.type() == Datatype.BYTES, Mismatch.shown("came " + classes));
        if (classes != null) {
            List<String> indices = classes.elements().stream()
                    .map(element -> ((ByteString) element).toString(StandardCharsets.UTF_8))
                    .map(text -> text.replaceFirst("^[^:]*:([^:]*).*$", "$1"))
                    .toList();
            unless(indices.equals(List.of("1", "2")), "came " + indices);
        }
    }
}

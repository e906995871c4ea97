package io.penstock.app;

import io.penstock.spec.InferencePipeline;
import io.penstock.spec.ModelUri;
import java.nio.file.Path;
import java.util.Locale;

/**
 * One pipeline that a command was given, and the folder that its paths are relative to.
 *
 * @param pipeline read from a document, or made up for a model file
 */
record Target(InferencePipeline pipeline, Path folder) {
    private static final int LONGEST_NAME = 40;

    /** The smallest document for a model: a file beside which the document would lie, or an address. */
    static String documentFor(ModelUri model) {
        String stem = stem(Path.of(model.fileName()));
        return """
                apiVersion: %s
                kind: %s
                metadata: {name: "%s"}
                spec: {model: {name: "%s", uri: "%s"}}
                """.formatted(
                        InferencePipeline.API_VERSION,
                        InferencePipeline.KIND,
                        pipelineName(stem),
                        stem.replaceAll("[^A-Za-z0-9._:/-]", "-"),
                        quoted(uri(model)));
    }

    private static String uri(ModelUri model) {
        return switch (model) {
            case ModelUri.Local local -> "./" + local.fileName();
            case ModelUri.Http web -> web.address().toString();
            case ModelUri.HuggingFace file -> file.shown();
        };
    }

    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    /** The stem as a DNS label of at most 40 characters. */
    static String pipelineName(String stem) {
        String label = stem.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]", "-");
        label = label.substring(0, Math.min(label.length(), LONGEST_NAME)).replaceAll("^-+|-+$", "");
        return label.isEmpty() ? "model" : label;
    }

    private static String stem(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    /** How the raw model is called. */
    String modelName() {
        return pipeline.model().name().orElseGet(() -> stem(Path.of(modelUri().fileName())));
    }

    /** Where the model is; a path is made absolute. */
    ModelUri modelUri() {
        return switch (ModelUri.parse(pipeline.model().uri())) {
            case ModelUri.Local local ->
                new ModelUri.Local(folder.resolve(local.path()).normalize().toString());
            case ModelUri.Http web -> web;
            case ModelUri.HuggingFace file -> file;
        };
    }
}

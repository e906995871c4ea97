package io.penstock.app;

import io.penstock.spec.InferencePipeline;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;

/**
 * One pipeline that a command was given, and the folder that its paths are relative to.
 *
 * @param pipeline read from a document, or made up for a model file
 */
record Target(InferencePipeline pipeline, Path folder) {
    private static final int LONGEST_NAME = 40;

    /** The smallest document for a model. */
    static String documentFor(Path model) {
        String stem = stem(model);
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
                        quoted("file:" + model.getFileName()));
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
        return pipeline.model().name().orElseGet(() -> stem(modelFile()));
    }

    /** @throws CommandException if the uri is of no kind that is fetched */
    Path modelFile() {
        String uri = pipeline.model().uri();
        if (uri.startsWith("file:")) {
            String path = uri.startsWith("file:///") ? URI.create(uri).getPath() : uri.substring("file:".length());
            return folder.resolve(path).normalize();
        }
        if (uri.matches("[a-z][a-z0-9+.-]+:.*")) {
            throw new CommandException(
                    ExitCode.REFUSED, "model " + pipeline.name() + ": uri must be a path or file: uri: " + uri);
        }
        return folder.resolve(uri).normalize();
    }
}

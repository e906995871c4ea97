package io.penstock.app;

import io.penstock.spec.BackendSpec;
import io.penstock.spec.InferencePipeline;
import io.penstock.spec.InvalidSpecException;
import io.penstock.spec.ModelSpec;
import io.penstock.spec.ModelUri;
import io.penstock.spec.SourceSpec;
import io.penstock.spec.SpecReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One pipeline that a command was given, and the folder that its paths are relative to.
 *
 * @param pipeline read from a document, or made up for a model file
 */
record Target(InferencePipeline pipeline, Path folder) {
    private static final int LONGEST_NAME = 40;

    /**
     * Reads documents and model files.
     *
     * @throws InvalidSpecException with the mistakes of the first document that has any
     * @throws CommandException if a file is missing, unreadable, or of no known kind
     */
    static List<Target> read(List<String> names) {
        List<Target> targets = new ArrayList<>();
        for (String name : names) {
            Path file = Path.of(name);
            if (!Files.isRegularFile(file)) {
                throw new CommandException(ExitCode.REFUSED, "there is no file " + name);
            }
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.endsWith(".onnx")) {
                targets.add(new Target(forModel(file), folder(file)));
            } else if (lower.endsWith(".yaml") || lower.endsWith(".yml") || lower.endsWith(".json")) {
                for (InferencePipeline pipeline : new SpecReader().read(name, text(file))) {
                    targets.add(new Target(pipeline, folder(file)));
                }
            } else {
                throw new CommandException(
                        ExitCode.USAGE, name + " is neither a document (.yaml, .yml, .json) nor a model (.onnx)");
            }
        }
        return targets;
    }

    private static Path folder(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder == null ? file.toAbsolutePath() : folder;
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > SpecReader.MOST_BYTES) {
                throw new CommandException(
                        ExitCode.REFUSED,
                        file + " is too large; a document may have " + SpecReader.MOST_BYTES + " bytes");
            }
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CommandException(ExitCode.REFUSED, file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The smallest document for a model. */
    static InferencePipeline forModel(Path file) {
        String stem = stem(file);
        String modelName = stem.replaceAll("[^A-Za-z0-9._:/-]", "-");
        ModelSpec model = new ModelSpec(
                Optional.of(modelName),
                "./" + file.getFileName(),
                Optional.empty(),
                new BackendSpec.Onnxruntime(OptionalInt.empty()),
                new ModelSpec.Batching(8, Duration.ZERO, 256),
                OptionalInt.empty(),
                true);
        return new InferencePipeline(
                new InferencePipeline.Metadata(pipelineName(stem)),
                new InferencePipeline.Spec(new SourceSpec.Http(), Optional.empty(), model, Optional.empty()));
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

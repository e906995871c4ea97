package io.penstock.serving;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.spec.InvalidSpecException;
import io.penstock.spec.triton.TritonConfigReader;
import io.penstock.spec.triton.TritonModelConfig;
import io.penstock.spec.triton.TritonModelConfig.VersionPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A folder of models in Triton's layout: {@code NAME/VERSION/model.onnx}, with {@code NAME/config.pbtxt} where there is
 * more to say.
 *
 * @param folder the models' parent
 */
public record ModelRepository(Path folder) {
    private static final String CONFIG = "config.pbtxt";
    private static final String MODEL = "model.onnx";
    private static final String NAME = "[A-Za-z0-9_:-][A-Za-z0-9._:-]{0,199}";
    private static final String VERSION = "[1-9][0-9]{0,17}";
    private static final long LARGEST_CONFIG = 1 << 20;

    /**
     * One model of it.
     *
     * @param versions those that are to be served, with their files; an ensemble's are its folders
     */
    public record Entry(String name, Path folder, TritonModelConfig config, SortedMap<Long, Path> versions) {
        public Entry {
            versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
        }
    }

    /** Whether a folder looks like one: some model's folder holds a configuration or a numbered version. */
    public static boolean isRepository(Path folder) {
        try (Stream<Path> models = Files.list(folder)) {
            return models.anyMatch(ModelRepository::isModel);
        } catch (IOException _) {
            return false;
        }
    }

    private static boolean isModel(Path folder) {
        return Files.isDirectory(folder)
                && (Files.isRegularFile(folder.resolve(CONFIG))
                        || versionFolders(folder).values().stream()
                                .anyMatch(each -> Files.exists(each.resolve(MODEL))));
    }

    /** Names of all models, in order. */
    public List<String> names() {
        try (Stream<Path> models = Files.list(folder)) {
            return models.filter(ModelRepository::isModel)
                    .map(model -> model.getFileName().toString())
                    .filter(name -> name.matches(NAME))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new ServingException(
                    ErrorCode.NOT_FOUND, "the model repository " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads one model's configuration and versions.
     *
     * @throws InvalidSpecException if its configuration has mistakes
     * @throws ServingException with {@link ErrorCode#NOT_FOUND} if there is no such model, or no version of it
     */
    public Entry read(String name) {
        return read(name, Optional.empty());
    }

    /** @param config in the place of the folder's */
    public Entry read(String name, Optional<String> config) {
        // The name comes from outside: what is no plain name is no folder here.
        if (!name.matches(NAME) || !Files.isDirectory(folder.resolve(name))) {
            throw new ServingException(ErrorCode.NOT_FOUND, "the model repository has no model " + name);
        }
        return read(name, folder.resolve(name), config);
    }

    private static Entry read(String name, Path model, Optional<String> override) {
        Path file = model.resolve(CONFIG);
        TritonModelConfig config = override.isPresent()
                ? TritonConfigReader.read("the request's config", override.get())
                : Files.isRegularFile(file)
                        ? TritonConfigReader.read(name + "/" + CONFIG, text(file))
                        : TritonModelConfig.absent();
        if (config.name().isPresent() && !config.name().get().equals(name)) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST,
                    name + "/" + CONFIG + " is named " + config.name().get() + "; the folder's name must be the same");
        }
        if (!config.isEnsemble() && !config.backend().orElse("onnxruntime").matches("onnxruntime|onnx")) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST,
                    "model " + name + " wants the backend " + config.backend().get()
                            + "; ONNX models and ensembles are served here");
        }
        SortedMap<Long, Path> versions = chosen(config.versions(), versionFolders(model));
        if (!config.isEnsemble()) {
            versions.replaceAll(
                    (_, folder) -> modelFile(folder, config.modelFile().orElse(MODEL)));
            versions.values().removeIf(each -> !Files.exists(each));
        }
        if (versions.isEmpty()) {
            throw new ServingException(
                    ErrorCode.NOT_FOUND,
                    "model " + name + " has no version that is to be served; one is a folder with a number, such as "
                            + name + "/1/"
                            + (config.isEnsemble() ? "" : config.modelFile().orElse(MODEL)));
        }
        return new Entry(name, model, config, versions);
    }

    /** A file, or a folder of that name with the file and its weights in it. */
    private static Path modelFile(Path version, String name) {
        Path file = version.resolve(name).normalize();
        if (!file.startsWith(version)) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, "default_model_filename must stay in its folder: " + name);
        }
        return Files.isDirectory(file) ? file.resolve(MODEL) : file;
    }

    private static SortedMap<Long, Path> versionFolders(Path model) {
        TreeMap<Long, Path> versions = new TreeMap<>();
        try (Stream<Path> folders = Files.list(model)) {
            folders.filter(Files::isDirectory)
                    .filter(folder -> folder.getFileName().toString().matches(VERSION))
                    .forEach(folder ->
                            versions.put(Long.parseLong(folder.getFileName().toString()), folder));
        } catch (IOException _) {
            // A folder that vanished or cannot be read has no versions.
        }
        return versions;
    }

    private static SortedMap<Long, Path> chosen(VersionPolicy policy, SortedMap<Long, Path> found) {
        TreeMap<Long, Path> chosen = new TreeMap<>(found);
        switch (policy) {
            case VersionPolicy.All _ -> {}
            case VersionPolicy.Latest latest -> {
                while (chosen.size() > Math.max(1, latest.count())) {
                    chosen.pollFirstEntry();
                }
            }
            case VersionPolicy.Specific specific -> chosen.keySet().retainAll(specific.versions());
        }
        return chosen;
    }

    /** Changes when any file of a model does: names, sizes and times of the last change. */
    public long fingerprint(String name) {
        try (Stream<Path> files = Files.walk(folder.resolve(name), 4)) {
            long sum = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sum += 31L * file.hashCode()
                        + Files.size(file)
                        + 17 * Files.getLastModifiedTime(file).toMillis();
            }
            return sum;
        } catch (IOException | UncheckedIOException _) {
            return -1; // changing just now: the next look tells
        }
    }

    /**
     * The lines of a file of class names in a model's folder.
     *
     * @throws ServingException if it cannot be read
     */
    public static List<String> labels(Entry model, String file) {
        Path path = model.folder().resolve(file).normalize();
        if (!path.startsWith(model.folder())) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "label_filename must stay in its folder: " + file);
        }
        return text(path).lines().toList();
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > LARGEST_CONFIG) {
                throw new ServingException(
                        ErrorCode.INVALID_REQUEST, file + " is larger than " + LARGEST_CONFIG + " bytes");
            }
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ServingException(ErrorCode.NOT_FOUND, file + " cannot be read: " + e.getMessage(), e);
        }
    }
}

package io.penstock.serving;

import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.spec.triton.TritonModelConfig;
import io.penstock.spec.triton.TritonModelConfig.TensorConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a model of a repository takes and gives, from its file and its configuration together. */
public final class RepositorySignature {
    private RepositorySignature() {}

    /**
     * The file's signature, as far as the configuration names it. Where the configuration names no inputs or no outputs,
     * the file's are taken.
     *
     * @throws ServingException with {@link ErrorCode#INVALID_REQUEST} if the two contradict each other
     */
    public static ModelSignature of(ModelRepository.Entry entry, ModelSignature file) {
        TritonModelConfig config = entry.config();
        for (TensorConfig wanted : config.inputs()) {
            check(entry, "input", wanted, file.findInput(wanted.name()), file.inputs());
        }
        if (!config.inputs().isEmpty()) {
            for (TensorSignature input : file.inputs()) {
                if (config.inputs().stream().noneMatch(each -> each.name().equals(input.name()))) {
                    throw refused(
                            entry, "input " + input.name() + " is not in the configuration, and the model needs it");
                }
            }
        }
        List<TensorSignature> outputs = new ArrayList<>();
        for (TensorConfig wanted : config.outputs()) {
            outputs.add(check(entry, "output", wanted, file.findOutput(wanted.name()), file.outputs()));
        }
        Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
        metadata.putAll(config.parameters());
        config.outputs().stream()
                .flatMap(output -> output.labelFile().stream())
                .findFirst()
                .ifPresent(labels -> metadata.put("names", names(ModelRepository.labels(entry, labels))));
        return new ModelSignature(
                file.platform(), file.inputs(), outputs.isEmpty() ? file.outputs() : outputs, metadata);
    }

    /** An ensemble's, which only its configuration tells. */
    public static ModelSignature ofEnsemble(ModelRepository.Entry entry) {
        TritonModelConfig config = entry.config();
        if (config.inputs().isEmpty() || config.outputs().isEmpty()) {
            throw refused(entry, "an ensemble's configuration must name its inputs and outputs");
        }
        return new ModelSignature(
                "ensemble",
                config.inputs().stream().map(each -> signature(config, each)).toList(),
                config.outputs().stream().map(each -> signature(config, each)).toList(),
                config.parameters());
    }

    private static TensorSignature check(
            ModelRepository.Entry entry,
            String what,
            TensorConfig wanted,
            Optional<TensorSignature> found,
            List<TensorSignature> all) {
        if (found.isEmpty()) {
            throw refused(
                    entry,
                    what + " " + wanted.name() + " is not in the model; it has "
                            + all.stream().map(TensorSignature::name).collect(Collectors.joining(", ")));
        }
        TensorSignature configured = signature(entry.config(), wanted);
        TensorSignature file = found.get();
        if (configured.type() != file.type() || !areAlike(configured.shape(), file.shape())) {
            throw refused(
                    entry,
                    what + " " + wanted.name() + " is " + configured.type() + configured.shape()
                            + " in the configuration and " + file.type() + file.shape() + " in the model");
        }
        return file;
    }

    private static boolean areAlike(Shape one, Shape other) {
        if (one.rank() != other.rank()) {
            return false;
        }
        for (int i = 0; i < one.rank(); i++) {
            if (one.dimension(i) != Shape.ANY
                    && other.dimension(i) != Shape.ANY
                    && one.dimension(i) != other.dimension(i)) {
                return false;
            }
        }
        return true;
    }

    private static TensorSignature signature(TritonModelConfig config, TensorConfig tensor) {
        boolean batched = config.maxBatchSize().orElse(0) > 0;
        List<Long> dims = new ArrayList<>();
        if (batched) {
            dims.add(Shape.ANY);
        }
        dims.addAll(tensor.dims());
        return new TensorSignature(
                tensor.name(),
                DataType.find(tensor.type()).orElseThrow(),
                Shape.of(dims.stream().mapToLong(Long::longValue).toArray()));
    }

    /** Class names as exporters write them into a model's metadata. */
    private static String names(List<String> labels) {
        StringBuilder names = new StringBuilder("{");
        for (int i = 0; i < labels.size(); i++) {
            names.append(i == 0 ? "" : ", ")
                    .append(i)
                    .append(": \"")
                    .append(labels.get(i).strip().replace('"', '\''))
                    .append('"');
        }
        return names.append('}').toString();
    }

    private static ServingException refused(ModelRepository.Entry entry, String sentence) {
        return new ServingException(ErrorCode.INVALID_REQUEST, "model " + entry.name() + ": " + sentence);
    }
}

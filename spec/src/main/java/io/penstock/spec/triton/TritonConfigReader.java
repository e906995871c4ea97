package io.penstock.spec.triton;

import io.penstock.spec.InvalidSpecException;
import io.penstock.spec.triton.TritonModelConfig.DynamicBatching;
import io.penstock.spec.triton.TritonModelConfig.EnsembleStep;
import io.penstock.spec.triton.TritonModelConfig.QueuePolicy;
import io.penstock.spec.triton.TritonModelConfig.TensorConfig;
import io.penstock.spec.triton.TritonModelConfig.VersionPolicy;
import io.penstock.spec.triton.TritonModelConfig.WarmUp;
import io.penstock.spec.triton.TritonModelConfig.WarmUpInput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads {@code config.pbtxt}, and the same in JSON. What means something only to other backends is no mistake: it is
 * listed.
 */
public final class TritonConfigReader {
    private static final Set<String> TYPES = Set.of(
            "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64",
            "BF16", "STRING");
    private static final int MOST = 1_000_000;

    private final List<String> notCarried = new ArrayList<>();

    private TritonConfigReader() {}

    /**
     * Reads a configuration; braces tell JSON from text format.
     *
     * @param file as messages name it
     * @throws InvalidSpecException with file, line and field
     */
    public static TritonModelConfig read(String file, String text) {
        ConfigNode.Message message =
                text.stripLeading().startsWith("{") ? JsonConfig.read(file, text) : TextFormat.read(file, text);
        return new TritonConfigReader().config(new ConfigFields(file, "", message));
    }

    private TritonModelConfig config(ConfigFields fields) {
        Optional<String> backend = fields.text("backend").filter(name -> !name.isEmpty());
        Optional<String> platform = fields.text("platform").filter(name -> !name.isEmpty());
        OptionalInt maxBatchSize = small(fields, "max_batch_size");
        List<TensorConfig> inputs =
                fields.messages("input").stream().map(this::tensor).toList();
        List<TensorConfig> outputs =
                fields.messages("output").stream().map(this::tensor).toList();
        Optional<DynamicBatching> batching = fields.message("dynamic_batching").map(this::batching);
        Map<String, String> parameters = new LinkedHashMap<>();
        fields.messageMap("parameters")
                .forEach((key, value) ->
                        parameters.put(key, value.text("string_value").orElse("")));
        List<EnsembleStep> steps = fields.message("ensemble_scheduling")
                .map(ensemble ->
                        ensemble.messages("step").stream().map(this::step).toList())
                .orElse(List.of());
        TritonDevices.Groups groups = TritonDevices.groups(fields.messages("instance_group"), notCarried);
        TritonModelConfig config = new TritonModelConfig(
                fields.text("name").filter(name -> !name.isEmpty()),
                backend.or(() -> platform.map(TritonConfigReader::backendOf)),
                maxBatchSize,
                inputs,
                outputs,
                fields.message("version_policy").map(this::versions).orElse(new VersionPolicy.Latest(1)),
                batching,
                groups.instances(),
                TritonDevices.placement(groups, fields.message("optimization"), notCarried),
                fields.text("default_model_filename").filter(name -> !name.isEmpty()),
                parameters,
                fields.messages("model_warmup").stream().map(this::warmUp).toList(),
                steps,
                List.of());
        rest(fields);
        return withNotCarried(config);
    }

    private TritonModelConfig withNotCarried(TritonModelConfig config) {
        return new TritonModelConfig(
                config.name(),
                config.backend(),
                config.maxBatchSize(),
                config.inputs(),
                config.outputs(),
                config.versions(),
                config.batching(),
                config.instances(),
                config.placement(),
                config.modelFile(),
                config.parameters(),
                config.warmUps(),
                config.ensemble(),
                notCarried);
    }

    private void rest(ConfigFields fields) {
        notCarried.addAll(fields.rest());
    }

    /** The backend that Triton takes for a platform. */
    private static String backendOf(String platform) {
        int underscore = platform.indexOf('_');
        return underscore < 0 ? platform : platform.substring(0, underscore);
    }

    private TensorConfig tensor(ConfigFields fields) {
        String name = fields.text("name").orElseThrow(() -> fields.mistake("name", "is missing"));
        TensorConfig tensor = new TensorConfig(
                name,
                type(fields),
                fields.numbers("dims"),
                fields.text("label_filename").filter(file -> !file.isEmpty()));
        if (fields.message("reshape").isPresent()) {
            throw fields.mistake("reshape", "is not served here; export the model with the shape that callers send");
        }
        fields.text("format"); // says how a picture lies in the tensor, and changes nothing
        rest(fields);
        return tensor;
    }

    private static String type(ConfigFields fields) {
        String text = fields.text("data_type").orElseThrow(() -> fields.mistake("data_type", "is missing"));
        String type = text.startsWith("TYPE_") ? text.substring("TYPE_".length()) : text;
        if (!TYPES.contains(type)) {
            throw fields.mistake("data_type", "must be one of TYPE_BOOL, TYPE_UINT8 … TYPE_FP32, TYPE_STRING: " + text);
        }
        return type.equals("STRING") ? "BYTES" : type;
    }

    private VersionPolicy versions(ConfigFields fields) {
        Optional<ConfigFields> latest = fields.message("latest");
        Optional<ConfigFields> specific = fields.message("specific");
        VersionPolicy policy;
        if (fields.message("all").isPresent()) {
            policy = new VersionPolicy.All();
        } else if (specific.isPresent()) {
            policy = new VersionPolicy.Specific(specific.get().numbers("versions"));
        } else {
            policy = new VersionPolicy.Latest(
                    latest.map(each -> small(each, "num_versions").orElse(1)).orElse(1));
        }
        rest(fields);
        return policy;
    }

    private DynamicBatching batching(ConfigFields fields) {
        List<Integer> preferred = new ArrayList<>();
        for (long size : fields.numbers("preferred_batch_size")) {
            preferred.add(Math.toIntExact(Math.clamp(size, 1, MOST)));
        }
        int levels = small(fields, "priority_levels").orElse(0);
        DynamicBatching batching = new DynamicBatching(
                preferred,
                micros(fields, "max_queue_delay_microseconds"),
                levels,
                small(fields, "default_priority_level").orElse(levels == 0 ? 0 : (levels + 1) / 2),
                fields.message("default_queue_policy").map(this::queue).orElse(QueuePolicy.NONE),
                ofLevels(fields, levels));
        if (batching.usualPriority() > levels) {
            throw fields.mistake(
                    "default_priority_level",
                    "must be from 1 to priority_levels, " + levels + ": " + batching.usualPriority());
        }
        fields.truth("preserve_ordering", false); // each caller waits for its own answer: there is no order to keep
        rest(fields);
        return batching;
    }

    private Map<Integer, QueuePolicy> ofLevels(ConfigFields fields, int levels) {
        Map<Integer, QueuePolicy> policies = new HashMap<>();
        fields.messageMap("priority_queue_policy").forEach((key, policy) -> {
            int level = key.matches("[1-9][0-9]{0,6}") ? Integer.parseInt(key) : 0;
            if (level < 1 || level > levels) {
                throw fields.mistake(
                        "priority_queue_policy", "must have keys from 1 to priority_levels, " + levels + ": " + key);
            }
            policies.put(level, queue(policy));
        });
        return policies;
    }

    private QueuePolicy queue(ConfigFields fields) {
        String action = fields.text("timeout_action").orElse("REJECT");
        if (!action.equals("REJECT") && !action.equals("DELAY")) {
            throw fields.mistake("timeout_action", "must be REJECT or DELAY: " + action);
        }
        OptionalInt capacity = small(fields, "max_queue_size");
        fields.truth("allow_timeout_override", false); // a request's own timeout always counts, the shorter of both
        QueuePolicy policy = new QueuePolicy(
                action.equals("DELAY"),
                micros(fields, "default_timeout_microseconds"),
                capacity.orElse(0) == 0 ? OptionalInt.empty() : capacity);
        rest(fields);
        return policy;
    }

    private WarmUp warmUp(ConfigFields fields) {
        Map<String, WarmUpInput> inputs = new LinkedHashMap<>();
        fields.messageMap("inputs").forEach((name, input) -> {
            inputs.put(
                    name,
                    new WarmUpInput(
                            type(input),
                            input.numbers("dims"),
                            input.truth("random_data", false),
                            input.text("input_data_file").filter(file -> !file.isEmpty())));
            input.truth("zero_data", false);
            rest(input);
        });
        WarmUp warmUp = new WarmUp(
                fields.text("name").orElse(""),
                small(fields, "batch_size").orElse(0),
                Math.max(1, small(fields, "count").orElse(1)),
                inputs);
        rest(fields);
        return warmUp;
    }

    private EnsembleStep step(ConfigFields fields) {
        OptionalLong version = fields.number("model_version");
        EnsembleStep step = new EnsembleStep(
                fields.text("model_name").orElseThrow(() -> fields.mistake("model_name", "is missing")),
                version.orElse(-1) < 0 ? OptionalLong.empty() : version,
                fields.textMap("input_map"),
                fields.textMap("output_map"));
        rest(fields);
        return step;
    }

    static OptionalInt small(ConfigFields fields, String name) {
        OptionalLong number = fields.number(name);
        if (number.isEmpty()) {
            return OptionalInt.empty();
        }
        long value = number.getAsLong();
        if (value < 0 || value > MOST) {
            throw fields.mistake(name, "must be from 0 to " + MOST + ": " + value);
        }
        return OptionalInt.of((int) value);
    }

    private static Duration micros(ConfigFields fields, String name) {
        long micros = fields.number(name).orElse(0);
        if (micros < 0 || micros > Duration.ofDays(1).toNanos() / 1000) {
            throw fields.mistake(name, "must be from 0 to a day of microseconds: " + micros);
        }
        return Duration.ofNanos(micros * 1000);
    }
}

package io.penstock.app;

import io.penstock.backend.onnxruntime.OnnxContents;
import io.penstock.serving.CachedModel;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.spec.ModelUri;
import io.penstock.spec.ServerSpec;
import io.penstock.vision.VisionPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what a model takes and gives, and what it is made of. */
@Command(
        name = "show",
        description = {"Shows what a model takes and gives, what it is taken for, and what it is made of.", ""},
        mixinStandardHelpOptions = true)
final class ModelsShowCommand implements Callable<Integer> {
    private static final int LONGEST_VALUE = 100;

    private final Console console;
    private final UserFolders folders;

    @Parameters(
            paramLabel = "TARGET",
            description = "A model (.onnx), a pipeline document (.yaml), or the address of a model in the cache.")
    private String target = "";

    @Option(names = "-o", paramLabel = "table|json|yaml", description = "How it is written. Default: table.")
    private Listing.Format output = Listing.Format.TABLE;

    ModelsShowCommand(Console console, UserFolders folders) {
        this.console = console;
        this.folders = folders;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        List<Map<String, Object>> shown = new ArrayList<>();
        try (Engine engine = Engine.start(folders, ServerSpec.defaults(), ProgressBar.ofFetches(console))) {
            Optional<CachedModel> cached = findCached(engine);
            String name = cached.map(model -> model.file().toString()).orElse(target);
            PipelineAssembler assembler = new PipelineAssembler(engine);
            for (Target each : Documents.read(List.of(name)).targets()) {
                try (RunningPipeline running = assembler.assemble(each, Optional.empty())) {
                    shown.add(describe(running, cached));
                }
            }
        }
        switch (output) {
            case TABLE -> shown.forEach(this::table);
            case JSON -> console.out().println(TreeText.json(shown.size() == 1 ? shown.getFirst() : shown));
            case YAML -> console.out().println(TreeText.yaml(shown.size() == 1 ? shown.getFirst() : shown));
        }
        return ExitCode.DONE.number();
    }

    private Optional<CachedModel> findCached(Engine engine) {
        if (Files.exists(Path.of(target))) {
            return Optional.empty();
        }
        ModelUri uri;
        try {
            uri = ModelUri.parse(target);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
        if (uri instanceof ModelUri.Local) {
            return Optional.empty();
        }
        Optional<CachedModel> found = engine.fetcher().cache().find(uri.shown());
        if (found.isEmpty()) {
            throw new CommandException(
                    ExitCode.REFUSED,
                    uri.shown() + " is not in the cache; fetch it with penstock models pull " + uri.shown());
        }
        return found;
    }

    private static Map<String, Object> describe(RunningPipeline running, Optional<CachedModel> cached)
            throws IOException {
        ModelSignature signature = running.model().signature();
        Path file = running.file();
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("name", running.model().name());
        cached.ifPresent(model -> shown.putAll(ModelsListCommand.row(model)));
        shown.put("file", file.toString());
        shown.put("bytes", Files.size(file));
        shown.put("platform", signature.platform());
        shown.put("family", running.plan().map(VisionPlan::family).orElse("unknown"));
        shown.put(
                "evidence",
                running.plan()
                        .map(VisionPlan::evidence)
                        .orElseGet(() -> List.of(VisionPlan.whyRaw(PipelineAssembler.model(running.loaded())))));
        shown.put("inputs", tensors(signature.inputs()));
        shown.put("outputs", tensors(signature.outputs()));
        shown.put("metadata", new TreeMap<>(signature.metadata()));
        if (signature.platform().equals("onnxruntime_onnx")) {
            OnnxContents contents = OnnxContents.read(file);
            shown.put("producer", contents.producer());
            shown.put("opsets", contents.opsets());
            shown.put("parameters", contents.parameters());
            shown.put("operators", contents.operators());
        }
        return shown;
    }

    private static List<Map<String, Object>> tensors(List<TensorSignature> tensors) {
        List<Map<String, Object>> shown = new ArrayList<>();
        for (TensorSignature tensor : tensors) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", tensor.name());
            one.put("type", tensor.type().toString());
            List<Long> shape = new ArrayList<>();
            for (long dimension : tensor.shape().toArray()) {
                shape.add(dimension);
            }
            one.put("shape", shape);
            shown.add(one);
        }
        return shown;
    }

    private void table(Map<String, Object> shown) {
        List<List<String>> lines = new ArrayList<>();
        shown.forEach((key, value) -> {
            switch (value) {
                case Map<?, ?> map
                when key.equals("operators") || key.equals("opsets") -> lines.add(List.of(key, pairs(map)));
                case Map<?, ?> map ->
                    map.forEach((name, text) -> lines.add(List.of(key, name + " = " + shortened(text))));
                case List<?> list ->
                    list.forEach(element -> lines.add(List.of(
                            key, element instanceof Map<?, ?> tensor ? tensor(tensor) : element.toString())));
                case Long number when key.equals("bytes") -> lines.add(List.of("size", HumanSize.text(number)));
                case Long number -> lines.add(List.of(key, String.format(Locale.ROOT, "%,d", number)));
                default -> lines.add(List.of(key, value.toString()));
            }
        });
        String before = "";
        List<List<String>> cells = new ArrayList<>();
        for (List<String> line : lines) {
            cells.add(List.of(line.getFirst().equals(before) ? "" : line.getFirst(), line.getLast()));
            before = line.getFirst();
        }
        Listing.table(console.out(), List.of(), cells);
    }

    private static String tensor(Map<?, ?> tensor) {
        return tensor.get("name") + "  " + tensor.get("type") + " " + tensor.get("shape");
    }

    private static String pairs(Map<?, ?> counts) {
        return counts.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    private static String shortened(Object value) {
        String text = String.valueOf(value).lines().collect(Collectors.joining(" "));
        return text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE) + "...";
    }
}

package io.penstock.app;

import io.penstock.pipeline.Answer;
import io.penstock.pipeline.Payload;
import io.penstock.pipeline.Result;
import io.penstock.pipeline.ResultJson;
import io.penstock.pipeline.StepPipeline;
import io.penstock.pipeline.frame.Detection;
import io.penstock.pipeline.frame.Picture;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorType;
import io.penstock.serving.call.ServingException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Answers questions about pictures once, and ends. */
@Command(
        name = "infer",
        description = {"Runs a pipeline or a model once on pictures, and prints what was found.", ""},
        mixinStandardHelpOptions = true)
final class InferCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Console console;

    @Parameters(index = "0", paramLabel = "TARGET", description = "A pipeline document (.yaml) or a model (.onnx).")
    private String target = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "INPUT",
            description = "Pictures, folders of them, or globs.")
    private List<String> inputs = List.of();

    @Option(
            names = "-o",
            paramLabel = "table|json|jsonl",
            description =
                    "How results are written: a table, one JSON array, or one JSON object a line. Default: table.")
    private OutputFormat output = OutputFormat.TABLE;

    @Option(names = "--out", paramLabel = "DIR", description = "Writes each picture there with its boxes drawn.")
    private Optional<Path> folder = Optional.empty();

    /** How results are written. */
    enum OutputFormat {
        TABLE,
        JSON,
        JSONL
    }

    InferCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        List<Path> pictures = Inputs.pictures(inputs);
        Documents documents = Documents.read(List.of(target));
        Target pipeline = documents.theOnly();
        if (folder.isPresent()) {
            Files.createDirectories(folder.get());
        }
        try (Engine engine = Engine.start(
                        UserFolders.of(System.getenv()), documents.server(), ProgressBar.ofFetches(console));
                RunningPipeline running = new PipelineAssembler(engine).assemble(pipeline, Optional.empty())) {
            StepPipeline steps = running.steps()
                    .orElseThrow(() -> new CommandException(
                            ExitCode.REFUSED,
                            "the model is of no family that is known here, so it takes no pictures; see penstock validate "
                                    + target));
            return inferAll(pictures, steps, engine);
        }
    }

    private int inferAll(List<Path> pictures, StepPipeline steps, Engine engine)
            throws InterruptedException, IOException {
        List<String> written = new ArrayList<>();
        int failures = 0;
        ProgressBar bar =
                new ProgressBar(console.err(), Terminal.ofStandardError(System.getenv()), ProgressBar.Unit.ITEMS);
        if (pictures.size() > 1) {
            bar.started("pictures", pictures.size());
        }
        for (int i = 0; i < pictures.size(); i++) {
            Path file = pictures.get(i);
            Payload payload = new Payload("", MemorySegment.ofArray(Files.readAllBytes(file)));
            try (Answer answer = steps.infer(file.toString(), payload, Deadline.after(PATIENCE))) {
                if (output != OutputFormat.JSON) {
                    bar.clear();
                }
                show(file, answer.result(), written);
                annotate(file, answer, engine);
            } catch (ServingException e) {
                if (e.code().type() != ErrorType.CLIENT) {
                    bar.failed();
                    throw e;
                }
                bar.notice(file + ": " + e.sentence());
                failures++;
            }
            bar.advanced(i + 1L);
        }
        bar.done();
        if (output == OutputFormat.JSON) {
            console.out().println("[" + String.join(",\n ", written) + "]");
        }
        return failures == 0 ? ExitCode.DONE.number() : ExitCode.FAILED.number();
    }

    private void show(Path file, Result result, List<String> written) {
        switch (output) {
            case JSON -> written.add(ResultJson.write(result));
            case JSONL -> console.out().println(ResultJson.write(result));
            case TABLE -> {
                console.out()
                        .println(file + "  " + result.width() + " x " + result.height() + "  "
                                + result.findings().detections().size() + " found");
                for (Detection detection : result.findings().detections()) {
                    console.out()
                            .println(String.format(
                                    Locale.ROOT,
                                    "  %-16s %.2f   x %7.1f  y %7.1f  width %7.1f  height %7.1f",
                                    detection.label(),
                                    detection.score(),
                                    detection.box().x(),
                                    detection.box().y(),
                                    detection.box().width(),
                                    detection.box().height()));
                }
            }
        }
    }

    private void annotate(Path file, Answer answer, Engine engine) throws IOException {
        if (folder.isEmpty()) {
            return;
        }
        String name = file.getFileName().toString().replaceAll("\\.[^.]*$", "") + ".jpg";
        try (Picture painted =
                engine.painter().paint(answer.picture(), answer.result().findings())) {
            Files.write(folder.get().resolve(name), engine.codec().encodeJpeg(painted, 90));
        }
    }
}

package io.penstock.app;

import io.penstock.pipeline.Answer;
import io.penstock.pipeline.Payload;
import io.penstock.pipeline.StepPipeline;
import io.penstock.pipeline.frame.Picture;
import io.penstock.serving.InferResponse;
import io.penstock.serving.TensorModel;
import io.penstock.serving.call.Deadline;
import io.penstock.serving.call.ErrorType;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.oip.OipAnswer;
import io.penstock.serving.oip.OipCodec;
import io.penstock.serving.oip.OipRequest;
import io.penstock.serving.tensor.TensorLease;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Answers questions about pictures or tensors once, and ends. */
@Command(
        name = "infer",
        description = {
            "Runs a pipeline or a model once on what it is given, and prints what was found.",
            "",
            "  penstock infer model.onnx photo.jpg",
            "  penstock infer pipeline.yaml photos/ --out annotated/ -o csv > found.csv",
            "  penstock infer model.onnx 'photos/*.jpg' https://example.com/a.jpg -o coco > found.json",
            "  penstock infer pipeline.yaml drive.mp4 -o jsonl --out annotated/    a line for each frame",
            "  penstock infer model.onnx request.json       tensors, as /v2/models/MODEL/infer takes them",
            ""
        },
        mixinStandardHelpOptions = true)
final class InferCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Console console;
    private final Set<String> annotated = new HashSet<>();

    @Parameters(
            index = "0",
            paramLabel = "TARGET",
            description = "A pipeline document (.yaml), a model (.onnx), or a model's address.")
    private String target = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "INPUT",
            description =
                    "Pictures and clips, folders of them, globs; pictures' addresses; or tensors in JSON (.json).")
    private List<String> inputs = List.of();

    @Option(
            names = "-o",
            paramLabel = "table|json|jsonl|csv|coco",
            description = "How results are written: a table, one JSON array, one JSON object a line, a line for each"
                    + " box, or COCO's JSON. Default: table.")
    private InferReport.Format output = InferReport.Format.TABLE;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Writes each picture, and each clip as MP4, there with its boxes drawn.")
    private Optional<Path> folder = Optional.empty();

    InferCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        List<Inputs.Input> given = Inputs.of(inputs);
        Documents documents = Documents.read(List.of(target));
        List<Target> chain = CalledPipelines.chain(documents.targets());
        if (folder.isPresent()) {
            Files.createDirectories(folder.get());
        }
        try (Engine engine = Engine.start(
                        UserFolders.of(System.getenv()), documents.server(), ProgressBar.ofFetches(console));
                Chain running = new Chain(new ArrayList<>())) {
            PipelineAssembler assembler = new PipelineAssembler(engine);
            for (Target each : chain) {
                RunningPipeline made = assembler.assemble(each, Optional.empty());
                running.pipelines().add(made);
                assembler.offer(made);
            }
            return inferAll(given, running.pipelines().getLast(), engine);
        }
    }

    /** Pipelines that are closed together, each before those that it calls. */
    private record Chain(List<RunningPipeline> pipelines) implements AutoCloseable {
        @Override
        public void close() {
            pipelines.reversed().forEach(RunningPipeline::close);
        }
    }

    private int inferAll(List<Inputs.Input> given, RunningPipeline running, Engine engine)
            throws InterruptedException, IOException {
        InferReport report = new InferReport(console.out(), output);
        int failures = 0;
        ProgressBar bar =
                new ProgressBar(console.err(), Terminal.ofStandardError(System.getenv()), ProgressBar.Unit.ITEMS);
        if (given.size() > 1) {
            bar.started("inputs", given.size());
        }
        try (Inputs.Reader reader = new Inputs.Reader(engine.limits().requestBytes())) {
            for (int i = 0; i < given.size(); i++) {
                Inputs.Input input = given.get(i);
                try {
                    if (report.writesAtOnce()) {
                        bar.clear();
                    }
                    if (input.isClip()) {
                        long damaged = clip(input, steps(running), engine, report);
                        if (damaged > 0) {
                            bar.notice(input.name() + ": " + damaged + " parts could not be decoded");
                        }
                    } else if (input.isTensors()) {
                        report.tensors(tensors(running.model(), reader.read(input), engine));
                    } else {
                        picture(input, reader.read(input), steps(running), engine, report);
                    }
                } catch (ServingException e) {
                    if (e.code().type() != ErrorType.CLIENT) {
                        bar.failed();
                        throw e;
                    }
                    bar.notice(input.name() + ": " + e.sentence());
                    failures++;
                }
                bar.advanced(i + 1L);
            }
        }
        bar.done();
        report.end();
        return failures == 0 ? ExitCode.DONE.number() : ExitCode.FAILED.number();
    }

    private StepPipeline steps(RunningPipeline running) {
        return running.steps()
                .orElseThrow(() -> new CommandException(
                        ExitCode.REFUSED,
                        "the model is of no family that is known here, so it takes no pictures but tensors in JSON; see"
                                + " penstock validate " + target));
    }

    /** How much of a clip could not be decoded. */
    private long clip(Inputs.Input input, StepPipeline steps, Engine engine, InferReport report)
            throws InterruptedException, IOException {
        Optional<Path> out = folder.map(into -> into.resolve(freeName(input, ".mp4")));
        return new ClipInference(steps, engine, report, out).run(input);
    }

    private void picture(Inputs.Input input, byte[] bytes, StepPipeline steps, Engine engine, InferReport report)
            throws InterruptedException, IOException {
        Payload payload = new Payload("", MemorySegment.ofArray(bytes));
        try (Answer answer = steps.infer(input.name(), payload, Deadline.after(PATIENCE))) {
            report.picture(input.name(), answer.result());
            annotate(input, answer, engine);
        }
    }

    /** One request of the Open Inference Protocol, and its answer. */
    private static String tensors(TensorModel model, byte[] bytes, Engine engine) throws InterruptedException {
        OipCodec codec = new OipCodec(engine.pool());
        try (TensorLease body = engine.pool().allocate(Math.max(1, bytes.length))) {
            MemorySegment text = body.memory().asSlice(0, bytes.length);
            text.copyFrom(MemorySegment.ofArray(bytes));
            try (OipRequest request = codec.decode(body, text, OipCodec.NO_HEADER_LENGTH, model.signature());
                    InferResponse response = model.infer(request.toInferRequest(Deadline.after(PATIENCE)));
                    OipAnswer answer =
                            codec.encode(model.name(), model.version(), model.signature(), request, response)) {
                byte[] json =
                        answer.json().memory().asSlice(0, answer.jsonBytes()).toArray(ValueLayout.JAVA_BYTE);
                return new String(json, StandardCharsets.UTF_8);
            }
        }
    }

    private void annotate(Inputs.Input input, Answer answer, Engine engine) throws IOException {
        if (folder.isEmpty()) {
            return;
        }
        String name = freeName(input, ".jpg");
        try (Picture painted =
                engine.painter().paint(answer.picture(), answer.result().findings())) {
            Files.write(folder.get().resolve(name), engine.codec().encodeJpeg(painted, 90));
        }
    }

    /** The input's own name with another ending, and a number where another of the inputs has it. */
    private String freeName(Inputs.Input input, String extension) {
        String stem = input.fileName().replaceAll("\\.[^.]*$", "");
        String name = stem + extension;
        for (int i = 2; !annotated.add(name); i++) {
            name = stem + "-" + i + extension;
        }
        return name;
    }
}

package io.penstock.app;

import io.penstock.vision.detect.DetectionSettings;
import io.penstock.vision.evaluation.PrecisionEvaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Scores a pipeline, or two against each other, on pictures whose truth is known. */
@Command(
        name = "evaluate",
        description = {
            "Scores a detector on known truth: average precision as COCO defines it (101 points, mean over the classes).",
            "",
            "Of two targets the difference is told too, and whether it is more than chance on so many pictures.",
            "",
            "Truth comes from a folder of pictures with YOLO or COCO labels, or from the synthetic street, where objects less"
                    + " than 50 %% visible or under 12 pixels on the shorter side at the network's size are ignored.",
            ""
        },
        mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(
            paramLabel = "TARGET",
            arity = "1..2",
            description = "A pipeline document (.yaml) or a model (.onnx), or two to compare.")
    private List<String> targets = List.of();

    @Option(names = "--images", paramLabel = "DIR", description = "Pictures to score on.")
    private Optional<Path> images = Optional.empty();

    @Option(
            names = "--labels",
            paramLabel = "DIR|FILE",
            description = {
                "Their truth: a folder with a text file each, a line an object (class, centre x, centre y, width, height,"
                        + " as shares of the picture),",
                "or a JSON file of COCO annotations, whose category names are the labels."
            })
    private Optional<Path> labels = Optional.empty();

    @Option(names = "--scene", paramLabel = "street", description = "Scores on the synthetic street instead.")
    private Optional<String> scene = Optional.empty();

    @Option(names = "--seed", paramLabel = "SEEDS", description = "Its seeds: 7, 1000-1009 or 1,5,9. Default: 7.")
    private String seeds = "7";

    @Option(names = "--frames", paramLabel = "N", description = "Frames of each seed. Default: 300.")
    private int frames = 300;

    @Option(names = "--every", paramLabel = "N", description = "Scores each Nth of them. Default: 10.")
    private int every = 10;

    @Option(
            names = "--as-configured",
            description = "Keeps the document's thresholds; otherwise score 0.001, overlap 0.65, 300 boxes a picture.")
    private boolean asConfigured;

    @Option(names = "-o", paramLabel = "table|json", description = "How the answer is written. Default: table.")
    private ValidateCommand.OutputFormat output = ValidateCommand.OutputFormat.TABLE;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description =
                    "Also writes a page (.html): curves of precision against recall, classes, what was taken for what;"
                            + " or the curves of the last target alone (.svg).")
    private Optional<Path> report = Optional.empty();

    @Option(
            names = "--detections",
            paramLabel = "FILE",
            description = "Also writes every box that was scored, as COCO results in JSON, for other evaluators.")
    private Optional<Path> detections = Optional.empty();

    EvaluateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (scene.isPresent() == images.isPresent() || images.isPresent() != labels.isPresent()) {
            throw new CommandException(ExitCode.USAGE, "give either --images DIR --labels DIR, or --scene street");
        }
        if (!scene.orElse("street").equals("street")) {
            throw new CommandException(ExitCode.USAGE, "--scene must be street: " + scene.get());
        }
        if (frames < 1 || every < 1) {
            throw new CommandException(ExitCode.USAGE, "--frames and --every must be at least 1");
        }
        if (detections.isPresent() && (images.isEmpty() || targets.size() > 1)) {
            throw new CommandException(ExitCode.USAGE, "--detections goes with one target and --images");
        }
        report.ifPresent(EvaluateCommand::checkReport);
        Documents documents = Documents.read(targets);
        List<Evaluated> results = new ArrayList<>();
        ProgressBar progress =
                new ProgressBar(console.err(), Terminal.ofStandardError(System.getenv()), ProgressBar.Unit.ITEMS);
        try (Engine engine =
                Engine.start(UserFolders.of(System.getenv()), documents.server(), ProgressBar.ofFetches(console))) {
            Optional<PrecisionEvaluation> first = Optional.empty();
            for (int i = 0; i < documents.targets().size(); i++) {
                PrecisionEvaluation score = score(documents.targets().get(i), engine, progress);
                results.add(new Evaluated(targets.get(i), score.result(), first.map(score::less)));
                first = first.or(() -> Optional.of(score));
            }
        }
        if (output == ValidateCommand.OutputFormat.JSON) {
            List<Map<String, Object>> trees =
                    results.stream().map(Evaluated::tree).toList();
            console.out().println(TreeText.line(trees.size() == 1 ? trees.getFirst() : trees));
        } else {
            EvaluationText.write(console.out(), results);
        }
        if (report.isPresent()) {
            boolean isPicture = report.get().toString().endsWith(".svg");
            Files.writeString(
                    report.get(),
                    isPicture ? EvaluationHtml.curves(results.getLast().score()) : EvaluationHtml.page(results));
        }
        return ExitCode.DONE.number();
    }

    /** Before the work rather than after it. */
    private static void checkReport(Path file) {
        String name = file.toString();
        if (!name.endsWith(".html") && !name.endsWith(".svg")) {
            throw new CommandException(ExitCode.USAGE, "--report must end in .html or .svg: " + file);
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new CommandException(ExitCode.USAGE, "--report: there is no folder " + folder);
        }
    }

    private PrecisionEvaluation score(Target target, Engine engine, ProgressBar progress)
            throws InterruptedException, IOException {
        Optional<DetectionSettings> override =
                asConfigured ? Optional.empty() : Optional.of(DetectionSettings.forEvaluation());
        try (RunningPipeline running = new PipelineAssembler(engine).assemble(target, override)) {
            Scoring scoring = new Scoring(running, engine, progress);
            if (images.isEmpty()) {
                return scoring.street(Seeds.parse(seeds), frames, every);
            }
            Truths truths = Truths.read(images.get(), labels.orElseThrow(), scoring.labels());
            if (detections.isEmpty()) {
                return scoring.pictures(truths, (_, _) -> {});
            }
            CocoResults found = new CocoResults(truths);
            PrecisionEvaluation evaluation = scoring.pictures(truths, found);
            Files.writeString(detections.get(), found.json());
            return evaluation;
        }
    }
}

package io.penstock.app;

import io.penstock.pipeline.ResultJson;
import io.penstock.vision.detect.DetectionSettings;
import io.penstock.vision.evaluation.AveragePrecision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
            "Truth comes from a folder of pictures with YOLO text labels, or from the synthetic street, where objects less"
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
            paramLabel = "DIR",
            description =
                    "Their truth, a text file each: class, centre x, centre y, width, height (shares of the picture).")
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
        Documents documents = Documents.read(targets);
        List<AveragePrecision> scores = new ArrayList<>();
        try (Engine engine =
                Engine.start(UserFolders.of(System.getenv()), documents.server(), ProgressBar.ofFetches(console))) {
            for (Target target : documents.targets()) {
                scores.add(score(target, engine));
            }
        }
        report(scores);
        return ExitCode.DONE.number();
    }

    private AveragePrecision score(Target target, Engine engine) throws InterruptedException, IOException {
        Optional<DetectionSettings> override =
                asConfigured ? Optional.empty() : Optional.of(DetectionSettings.forEvaluation());
        try (RunningPipeline running = new PipelineAssembler(engine).assemble(target, override)) {
            Scoring scoring = new Scoring(running, engine, console.err());
            return images.isPresent()
                    ? scoring.folder(images.get(), labels.orElseThrow())
                    : scoring.street(Seeds.parse(seeds), frames, every);
        }
    }

    private void report(List<AveragePrecision> scores) {
        if (output == ValidateCommand.OutputFormat.JSON) {
            List<String> objects = scores.stream().map(EvaluateCommand::json).toList();
            console.out().println(objects.size() == 1 ? objects.getFirst() : "[" + String.join(",", objects) + "]");
            return;
        }
        for (int i = 0; i < scores.size(); i++) {
            AveragePrecision score = scores.get(i);
            console.out()
                    .println(String.format(
                            Locale.ROOT,
                            "%s: mAP50 %.3f, mAP50-95 %.3f on %d pictures",
                            targets.get(i),
                            score.map50(),
                            score.map50To95(),
                            score.pictures()));
            for (AveragePrecision.OfClass each : score.classes()) {
                console.out()
                        .println(String.format(
                                Locale.ROOT,
                                "  %-16s AP50 %.3f  AP50-95 %.3f  of %d",
                                each.label(),
                                each.ap50(),
                                each.ap50To95(),
                                each.truths()));
            }
        }
    }

    private static String json(AveragePrecision score) {
        StringBuilder out = new StringBuilder(256);
        out.append(String.format(
                Locale.ROOT,
                "{\"mAP50\":%.4f,\"mAP50-95\":%.4f,\"images\":%d,\"perClass\":{",
                score.map50(),
                score.map50To95(),
                score.pictures()));
        String separator = "";
        for (AveragePrecision.OfClass each : score.classes()) {
            out.append(separator);
            ResultJson.string(out, each.label());
            out.append(String.format(
                    Locale.ROOT,
                    ":{\"AP50\":%.4f,\"AP50-95\":%.4f,\"truths\":%d}",
                    each.ap50(),
                    each.ap50To95(),
                    each.truths()));
            separator = ",";
        }
        return out.append("}}").toString();
    }
}

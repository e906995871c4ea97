package io.penstock.app;

import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PictureCodec;
import io.penstock.scene.SceneObject;
import io.penstock.scene.StreetRenderer;
import io.penstock.scene.StreetScene;
import io.penstock.spec.ServerSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes frames of the synthetic street with their truth, for training and for looking at. */
@Command(
        name = "export",
        description = {
            "Writes frames of the synthetic street and their truth.",
            "",
            "DIR/images holds the frames as JPEG, DIR/labels a text file for each with one line an object: class number,"
                    + " centre x, centre y, width, height (shares of the picture) and visibility (0 to 1);"
                    + " DIR/classes.txt names the classes.",
            ""
        },
        mixinStandardHelpOptions = true)
final class SceneExportCommand implements Callable<Integer> {
    private static final int QUALITY = 92;

    private final Console console;

    @Option(names = "--seed", paramLabel = "SEEDS", description = "Seeds: 7, 1-300 or 1,5,9. Default: 1.")
    private String seeds = "1";

    @Option(names = "--frames", paramLabel = "N", description = "Frames of each seed. Default: 300.")
    private int frames = 300;

    @Option(names = "--every", paramLabel = "N", description = "Writes only each Nth of them. Default: 1.")
    private int every = 1;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Where the files go.")
    private Path folder = Path.of("");

    SceneExportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (frames < 1 || every < 1) {
            throw new CommandException(ExitCode.USAGE, "--frames and --every must be at least 1");
        }
        List<Long> all = Seeds.parse(seeds);
        Path images = Files.createDirectories(folder.resolve("images"));
        Path labels = Files.createDirectories(folder.resolve("labels"));
        Files.write(folder.resolve("classes.txt"), StreetScene.LABELS);
        try (Engine engine = Engine.start(UserFolders.of(System.getenv()), ServerSpec.defaults())) {
            for (long seed : all) {
                export(StreetScene.of(seed), seed, images, labels, engine.codec());
                console.err().println("seed " + seed + " done");
            }
        }
        return ExitCode.DONE.number();
    }

    private void export(StreetScene scene, long seed, Path images, Path labels, PictureCodec codec) throws IOException {
        StreetRenderer renderer = scene.renderer();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pixels = arena.allocate(scene.frameBytes(), 64);
            for (int frame = 0; frame < frames; frame += every) {
                String name = String.format(Locale.ROOT, "seed%04d-frame%06d", seed, frame);
                List<SceneObject> truth = renderer.render(frame, pixels);
                try (Picture picture = Picture.rgb(scene.width(), scene.height(), pixels)) {
                    Files.write(images.resolve(name + ".jpg"), codec.encodeJpeg(picture, QUALITY));
                }
                Files.write(labels.resolve(name + ".txt"), lines(truth, scene));
            }
        }
    }

    private static List<String> lines(List<SceneObject> truth, StreetScene scene) {
        return truth.stream()
                .map(object -> String.format(
                        Locale.ROOT,
                        "%d %.6f %.6f %.6f %.6f %.3f",
                        object.classId(),
                        (object.box().x() + object.box().width() / 2) / scene.width(),
                        (object.box().y() + object.box().height() / 2) / scene.height(),
                        object.box().width() / scene.width(),
                        object.box().height() / scene.height(),
                        object.visibility()))
                .toList();
    }
}

package io.penstock.connectors.files;

import io.penstock.pipeline.Result;
import io.penstock.pipeline.ResultJson;
import io.penstock.pipeline.SinkException;
import io.penstock.pipeline.SinkWriter;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PictureCodec;
import io.penstock.pipeline.frame.PictureException;
import io.penstock.pipeline.frame.ResultPainter;
import io.penstock.serving.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Writes each shot's picture beside its place and moves it there, then its line; so a picture is whole wherever it is
 * seen, and a line's picture is there.
 *
 * <p>Threads: the writer's alone.
 */
final class FolderWriter implements SinkWriter.Target<Shot> {
    private static final System.Logger LOG = System.getLogger(FolderWriter.class.getName());
    private static final int QUALITY = 90;
    private static final DateTimeFormatter DAY = format("uuuu-MM-dd");
    private static final DateTimeFormatter TIME = format("HH-mm-ss");

    private final Path folder;
    private final Wanted wanted;
    private final PictureCodec codec;
    private final ResultPainter painter;
    private final FolderSweep sweep;
    private final ResultLines lines = new ResultLines();

    /** What is written. */
    record Wanted(boolean annotated, boolean json) {}

    FolderWriter(Path folder, Wanted wanted, PictureCodec codec, ResultPainter painter, FolderSweep sweep) {
        this.folder = folder;
        this.wanted = wanted;
        this.codec = codec;
        this.painter = painter;
        this.sweep = sweep;
    }

    private static DateTimeFormatter format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
    }

    @Override
    public List<Shot> write(List<Shot> batch) {
        List<Shot> refused = new ArrayList<>();
        for (Shot shot : batch) {
            try {
                write(shot);
            } catch (PictureException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "the picture of " + shot.result().id() + " cannot be drawn",
                        e);
                refused.add(shot);
            } catch (IOException e) {
                throw unavailable(e);
            }
        }
        return refused;
    }

    private void write(Shot shot) throws IOException {
        Result result = shot.result();
        Path day = folder.resolve(DAY.format(result.timestamp()));
        if (wanted.annotated()) {
            try (Picture painted = painter.paint(shot.picture(), result.findings())) {
                byte[] jpeg = codec.encodeJpeg(painted, QUALITY);
                sweep.grew(writeWhole(day.resolve(place(result)), jpeg));
            }
        }
        if (wanted.json()) {
            sweep.grew(lines.append(day, result.id(), ResultJson.write(result)));
        }
    }

    /** Where a result's picture lies in its day's folder. */
    static Path place(Result result) {
        return result.origin()
                .map(origin -> Path.of(
                        "streams",
                        SafeName.of(origin.stream()),
                        TIME.format(result.timestamp()) + "-" + origin.frame() + ".jpg"))
                .orElseGet(() -> Path.of("requests", SafeName.of(result.id()) + ".jpg"));
    }

    /** By how much the folder grew. */
    private static long writeWhole(Path file, byte[] bytes) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        long before = Files.exists(file) ? Files.size(file) : 0;
        WholeFile.write(file, bytes);
        return bytes.length - before;
    }

    @Override
    public boolean tidy() {
        try {
            return sweep.sweep(Instant.now());
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    private SinkException unavailable(IOException failure) {
        String message = String.valueOf(failure.getMessage());
        String sentence = message.contains("No space left") || message.contains("quota")
                ? "the disk of " + folder + " is full; free some space, or lower retention.bytes"
                : "cannot write to " + folder + " (" + failure.getClass().getSimpleName() + ": " + message
                        + "); make it a folder that this user may write, or name another as directory";
        return new SinkException(SinkException.Reason.UNAVAILABLE, sentence, failure);
    }

    @Override
    public void close() {
        try {
            lines.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "closing the lines of " + folder, e);
        }
    }
}

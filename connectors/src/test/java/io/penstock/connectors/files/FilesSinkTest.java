package io.penstock.connectors.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.Result;
import io.penstock.pipeline.ResultJson;
import io.penstock.pipeline.SinkWriter;
import io.penstock.pipeline.frame.Findings;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PictureCodec;
import io.penstock.pipeline.frame.PictureException;
import io.penstock.pipeline.frame.ResultPainter;
import io.penstock.spec.ByteSize;
import io.penstock.spec.SinkSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class FilesSinkTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00.040Z");
    private static final SinkSpec.Retention FOREVER =
            new SinkSpec.Retention(Duration.ofDays(10_000), ByteSize.parse("1Gi"));
    private static final Result.Timings TIMINGS =
            new Result.Timings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    @TempDir
    private Path home;

    private final Studio studio = new Studio();
    private final AtomicInteger openPictures = new AtomicInteger();

    @AfterEach
    void nothingLeaks() {
        assertThat(openPictures).hasValue(0);
    }

    @Test
    void writesEachRequestsPictureAndLine() throws Exception {
        FilesSink sink = sink(spec(true, true, FOREVER));
        write(sink, request("r-1"));
        write(sink, request("r-2"));
        sink.close();

        assertThat(files())
                .containsExactly(
                        "street/2026-11-22/requests/r-1.jpg",
                        "street/2026-11-22/requests/r-2.jpg",
                        "street/2026-11-22/results.jsonl");
        assertThat(Files.readAllLines(home.resolve("street/2026-11-22/results.jsonl")))
                .containsExactly(ResultJson.write(request("r-1")), ResultJson.write(request("r-2")));
        assertThat(sink.counters().stored()).isEqualTo(2);
    }

    @Test
    void writesOneFrameASecondOfEachStream() throws Exception {
        FilesSink sink = sink(spec(true, true, FOREVER));
        for (int i = 0; i < 50; i++) {
            write(sink, frame("gate", i, NOW.plusMillis(40L * i)));
        }
        write(sink, frame("requests", 7, NOW));
        sink.close();

        assertThat(files())
                .containsExactly(
                        "street/2026-11-22/results.jsonl",
                        "street/2026-11-22/streams/gate/10-00-00-0.jpg",
                        "street/2026-11-22/streams/gate/10-00-01-24.jpg",
                        "street/2026-11-22/streams/gate/10-00-02-49.jpg",
                        "street/2026-11-22/streams/requests/10-00-00-7.jpg");
    }

    @Test
    void writingTheSameTwiceLeavesWhatWritingItOnceLeaves() throws Exception {
        FilesSink sink = sink(spec(true, true, FOREVER));
        write(sink, request("r"));
        write(sink, request("r"));
        sink.close();

        assertThat(Files.readAllLines(home.resolve("street/2026-11-22/results.jsonl")))
                .hasSize(1);
        assertThat(files()).hasSize(2);
    }

    @Test
    void noIdLeadsOutOfItsFolder() throws Exception {
        FilesSink sink = sink(spec(true, false, FOREVER));
        List<String> ids = List.of("../../evil", "/etc/passwd", "..", ".hidden", "a/b", "a\\b", "x".repeat(128), "%2F");
        for (String id : ids) {
            write(sink, request(id));
        }
        sink.close();

        assertThat(files())
                .hasSize(ids.size())
                .allSatisfy(file -> assertThat(file).matches("street/2026-11-22/requests/[^./][^/]*\\.jpg"))
                .contains("street/2026-11-22/requests/%2E.%2F..%2Fevil.jpg");
        assertThat(SafeName.of("x".repeat(128)))
                .hasSizeLessThanOrEqualTo(121)
                .isNotEqualTo(SafeName.of("x".repeat(127)));
    }

    @Test
    void aLineThatWasCutOffByTheEndOfAProcessIsRemoved() throws Exception {
        Path lines = home.resolve("street/2026-11-22/results.jsonl");
        Files.createDirectories(lines.getParent());
        Files.writeString(lines, "{\"id\":\"whole\"}\n{\"id\":\"cut o");
        FilesSink sink = sink(spec(false, true, FOREVER));
        write(sink, request("r"));
        sink.close();

        assertThat(Files.readAllLines(lines)).containsExactly("{\"id\":\"whole\"}", ResultJson.write(request("r")));
    }

    @Test
    void aFileOfLinesThatHasGrownIsPutAside() throws Exception {
        try (ResultLines lines = new ResultLines(100)) {
            for (int i = 0; i < 5; i++) {
                lines.append(home, "r-" + i, "{\"number\":\"" + i + "\",\"rest\":\"" + "x".repeat(30) + "\"}");
            }
        }

        assertThat(files()).containsExactly("results-1.jsonl", "results-2.jsonl", "results.jsonl");
        assertThat(Files.readAllLines(home.resolve("results-1.jsonl"))).hasSize(2);
        assertThat(Files.readAllLines(home.resolve("results.jsonl")))
                .singleElement()
                .asString()
                .contains("4");
    }

    @Test
    void theOldestGoWhereTheyAreTooOldOrTooMany() throws Exception {
        Path old = home.resolve("street/2026-11-20/requests/old.jpg");
        Path big = home.resolve("street/2026-11-21/requests/big.jpg");
        Path kept = home.resolve("street/2026-11-21/requests/kept.jpg");
        Path foreign = home.resolve("street/notes/mine.txt");
        for (Path file : List.of(old, big, kept, foreign)) {
            Files.createDirectories(file.getParent());
            Files.write(file, new byte[file.equals(big) ? 1 << 20 : 1_000]);
        }
        Files.setLastModifiedTime(old, FileTime.from(NOW.minus(Duration.ofDays(2))));
        Files.setLastModifiedTime(big, FileTime.from(NOW.minus(Duration.ofHours(13))));
        Files.setLastModifiedTime(kept, FileTime.from(NOW.minus(Duration.ofHours(12))));
        FolderSweep sweep = new FolderSweep(
                home.resolve("street"), new SinkSpec.Retention(Duration.ofHours(24), ByteSize.parse("1Mi")));

        while (sweep.sweep(NOW)) {
            assertThat(kept).exists();
        }

        assertThat(files()).containsExactly("street/2026-11-21/requests/kept.jpg", "street/notes/mine.txt");
        assertThat(home.resolve("street/2026-11-20")).doesNotExist();
    }

    @Test
    void aFolderThatCannotBeWrittenIsTriedAgain() throws Exception {
        Path folder = home.resolve("out");
        Files.writeString(folder, "a file is no folder");
        FilesSink sink = new FilesSink(
                "files", "street", folder, spec(true, true, FOREVER), new FilesSink.Drawing(studio, studio));
        write(sink, request("r"));
        while (!sink.counters().isFailing()) {
            Thread.onSpinWait();
        }
        Files.delete(folder);
        while (sink.counters().waiting() > 0) {
            Thread.onSpinWait();
        }
        sink.close();

        assertThat(sink.counters().stored()).isEqualTo(1);
        assertThat(folder.resolve("street/2026-11-22/requests/r.jpg")).exists();
    }

    @Test
    void aPictureThatCannotBeDrawnIsCountedAndTheNextIsWritten() throws Exception {
        FilesSink sink = sink(spec(true, false, FOREVER));
        studio.failures.set(1);
        write(sink, request("broken"));
        write(sink, request("r"));
        sink.close();

        assertThat(sink.counters().failed()).isEqualTo(1);
        assertThat(files()).containsExactly("street/2026-11-22/requests/r.jpg");
    }

    @Test
    void aFullQueueDropsStreamsPicturesAndNeverHoldsThemUp() throws Exception {
        studio.open = new CountDownLatch(1);
        FilesSink sink = new FilesSink(
                "files",
                "street",
                home,
                spec(true, false, FOREVER),
                new FilesSink.Drawing(studio, studio),
                new SinkWriter.Limits(1_200, 1, Duration.ofMillis(1)));
        for (int i = 0; i < 100; i++) {
            write(sink, frame("gate", i, NOW.plusSeconds(i)));
        }
        studio.open.countDown();
        sink.close();

        assertThat(sink.counters().dropped()).isGreaterThanOrEqualTo(97);
        assertThat(files()).last().isEqualTo("street/2026-11-22/streams/gate/10-01-39-99.jpg");
    }

    private void write(FilesSink sink, Result result) throws InterruptedException {
        openPictures.incrementAndGet();
        Picture plain = Picture.rgb(2, 2, MemorySegment.ofArray(new byte[12]));
        try (Picture counted =
                new Picture(2, 2, plain.format(), plain.colourSpace(), plain.planes(), openPictures::decrementAndGet)) {
            sink.write(result, counted);
        }
    }

    private FilesSink sink(SinkSpec.Files spec) {
        return new FilesSink("files", "street", home, spec, new FilesSink.Drawing(studio, studio));
    }

    private static SinkSpec.Files spec(boolean annotated, boolean json, SinkSpec.Retention retention) {
        return new SinkSpec.Files("out", annotated, json, retention);
    }

    private static Result request(String id) {
        return new Result(id, "street", Optional.empty(), NOW, 2, 2, Findings.NONE, TIMINGS);
    }

    private static Result frame(String stream, long index, Instant at) {
        Optional<Result.Origin> origin = Optional.of(new Result.Origin(stream, index));
        return new Result("street/" + stream + "/5/" + index, "street", origin, at, 2, 2, Findings.NONE, TIMINGS);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(home)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> home.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    /** Draws nothing, and encodes to a word; fails as often as it is told to. */
    private static final class Studio implements PictureCodec, ResultPainter {
        private final AtomicInteger failures = new AtomicInteger();
        private volatile CountDownLatch open = new CountDownLatch(0);

        @Override
        public Picture paint(Picture picture, Findings findings) {
            try {
                open.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new PictureException(PictureException.Reason.DAMAGED, "cannot be drawn");
            }
            return picture.retain();
        }

        @Override
        public byte[] encodeSmallJpeg(Picture picture, int maxWidth, int quality) {
            return encodeJpeg(picture, quality);
        }

        @Override
        public byte[] encodeJpeg(Picture picture, int quality) {
            return "a jpeg".getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public Picture decode(MemorySegment encoded) {
            throw new AssertionError("a sink decodes nothing");
        }

        @Override
        public byte[] encodePng(Picture picture) {
            throw new AssertionError("a sink writes JPEG");
        }
    }
}

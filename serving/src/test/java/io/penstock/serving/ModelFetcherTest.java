package io.penstock.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.net.Backoff;
import io.penstock.serving.net.FileServer;
import io.penstock.serving.net.OutboundHttp;
import io.penstock.spec.ModelUri;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ModelFetcherTest {
    private static final byte[] MODEL = bytes(1, 300_000);
    private static final String SHA256 = sha256(MODEL);

    @TempDir
    private Path folder = Path.of("");

    private final FileServer server;
    private final RecordingProgress progress = new RecordingProgress();
    private final AdvancingClock clock = new AdvancingClock();
    private final OutboundHttp http = new OutboundHttp(
            new OutboundHttp.Limits(Duration.ofSeconds(5), Duration.ofMillis(500)),
            new Backoff(Duration.ofMillis(1), Duration.ofMillis(4), new Random(1)));

    ModelFetcherTest() throws IOException {
        server = new FileServer();
    }

    @AfterEach
    void close() {
        http.close();
        server.close();
    }

    @Test
    void fetchesOnceAndKeepsTheFilesName() throws Exception {
        server.on("/models/tiny.onnx", FileServer.file(MODEL, "\"1\""));

        for (int i = 0; i < 2; i++) {
            try (HeldModel held = fetch("/models/tiny.onnx")) {
                assertThat(held.file()).hasFileName("tiny.onnx").hasBinaryContent(MODEL);
            }
        }
        assertThat(server.requests()).hasSize(1);
        assertThat(progress.events())
                .startsWith("started tiny.onnx 300000", "advanced 0")
                .endsWith("advanced 300000", "done");
        CachedModel model = fetcher().cache().all().getFirst();
        assertThat(model.uri()).isEqualTo(server.uri("/models/tiny.onnx").toString());
        assertThat(model.sha256()).isEqualTo(SHA256);
        assertThat(model.validators().etag()).contains("\"1\"");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void goesOnWhereTheConnectionBroke() throws Exception {
        server.on("/m.onnx", FileServer.ending(MODEL, "\"1\"", 80_000, true));

        assertThat(fetched("/m.onnx")).isEqualTo(MODEL);
        assertThat(server.requests()).hasSize(4);
        assertThat(server.requests().get(1)).contains("Range=[bytes=80000-]", "If-range=[\"1\"]");
    }

    @Test
    void beginsAgainWhereTheServerIgnoresRanges() throws Exception {
        server.on(
                "/m.onnx",
                FileServer.first(2, FileServer.ending(MODEL, "\"1\"", 80_000, false), FileServer.file(MODEL, "\"1\"")));

        assertThat(fetched("/m.onnx")).isEqualTo(MODEL);
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    void beginsAgainWhenTheFileChangedMeanwhile() throws Exception {
        byte[] newer = bytes(2, 200_000);
        server.on(
                "/m.onnx",
                FileServer.first(
                        1,
                        FileServer.ending(MODEL, "\"1\"", 80_000, true),
                        FileServer.ending(newer, "\"2\"", 300_000, true)));
        assertThat(fetched("/m.onnx")).isEqualTo(newer);

        // This one gives the end of another version and calls it by its new name.
        server.on(
                "/liar.onnx",
                FileServer.first(1, FileServer.ending(MODEL, "\"1\"", 80_000, true), (exchange, earlier) -> {
                    if (exchange.getRequestHeaders().getFirst("Range") != null) {
                        exchange.getResponseHeaders().set("ETag", "\"2\"");
                        exchange.getResponseHeaders().set("Content-Range", "bytes 80000-199999/200000");
                        exchange.sendResponseHeaders(206, 120_000);
                        exchange.getResponseBody().write(newer, 80_000, 120_000);
                    } else {
                        FileServer.file(newer, "\"2\"").answer(exchange, earlier);
                    }
                }));
        assertThat(fetched("/liar.onnx")).isEqualTo(newer);
    }

    @Test
    void refusesAFileThatAlwaysEndsEarlyAndGoesOnInTheNextStart() throws Exception {
        server.on("/m.onnx", FileServer.ending(MODEL, "\"1\"", 10, true));
        refuses(
                wanted("/m.onnx"),
                ErrorCode.UPSTREAM_FAILED,
                "/m.onnx ended early, after 50 of 300000 bytes, 5 times in a row");
        assertThat(progress.events()).endsWith("failed");

        server.on("/m.onnx", FileServer.ending(MODEL, "\"1\"", 300_000, true));
        assertThat(fetched("/m.onnx")).isEqualTo(MODEL);
        assertThat(server.requests().getLast()).contains("Range=[bytes=50-]");
    }

    @Test
    void aStallIsRefusedInTime() {
        server.on("/m.onnx", server.stalling(MODEL, 10));

        refuses(wanted("/m.onnx"), ErrorCode.UPSTREAM_FAILED, "nothing came for 500 ms");
    }

    @Test
    void checksTheHashAndKeepsNothingOfAWrongFile() throws Exception {
        server.on("/m.onnx", FileServer.file(bytes(2, 1000), "\"1\""));

        refuses(
                wanted("/m.onnx", SHA256),
                ErrorCode.INVALID_REQUEST,
                "it has " + sha256(bytes(2, 1000)) + ", and " + SHA256 + " was asked for");
        assertThat(leftovers()).isEmpty();
        assertThat(fetcher().cache().all()).isEmpty();
    }

    @Test
    void aKnownHashNeedsNoRequestWhereverTheFileCameFrom() throws Exception {
        server.on("/m.onnx", FileServer.file(MODEL, "\"1\""));
        fetched("/m.onnx");
        clock.advance(Duration.ofDays(9));

        try (HeldModel held = fetcher().fetch(wanted("/elsewhere.onnx", SHA256.toUpperCase(java.util.Locale.ROOT)))) {
            assertThat(held.file()).hasBinaryContent(MODEL);
        }
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void asksForANewerVersionAfterSomeMinutes() throws Exception {
        server.on("/m.onnx", FileServer.file(MODEL, "\"1\""));
        fetched("/m.onnx");
        clock.advance(Duration.ofMinutes(11));
        assertThat(fetched("/m.onnx")).isEqualTo(MODEL);
        assertThat(server.requests()).hasSize(2);
        assertThat(server.requests().getLast()).contains("If-none-match=[\"1\"]");
        fetched("/m.onnx");
        assertThat(server.requests()).hasSize(2);

        byte[] newer = bytes(3, 1000);
        server.on("/m.onnx", FileServer.file(newer, "\"2\""));
        clock.advance(Duration.ofMinutes(11));
        assertThat(fetched("/m.onnx")).isEqualTo(newer);
    }

    @Test
    void usesWhatIsCachedWhenTheServerIsAway() throws Exception {
        server.on("/m.onnx", FileServer.file(MODEL, "\"1\""));
        fetched("/m.onnx");
        server.on("/m.onnx", FileServer.status(503));
        clock.advance(Duration.ofMinutes(11));

        assertThat(fetched("/m.onnx")).isEqualTo(MODEL);
        assertThat(progress.events().getLast())
                .startsWith("notice http://127.0.0.1:")
                .contains("answers 503", "using the copy of");
    }

    @Test
    void readsAFileThatIsSentCompressed() throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(MODEL);
        }
        server.on("/m.onnx", (exchange, _) -> {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            exchange.sendResponseHeaders(200, packed.size());
            exchange.getResponseBody().write(packed.toByteArray());
        });
        assertThat(fetched("/m.onnx")).isEqualTo(MODEL);

        server.on("/b.onnx", (exchange, _) -> {
            exchange.getResponseHeaders().set("Content-Encoding", "br");
            exchange.sendResponseHeaders(200, 3);
            exchange.getResponseBody().write(MODEL, 0, 3);
        });
        refuses(wanted("/b.onnx"), ErrorCode.UPSTREAM_FAILED, "encoded as br; identity and gzip are read");
    }

    @Test
    void refusesWhatIsLargerThanTheCacheByTheLimitsName() throws IOException {
        server.on("/m.onnx", FileServer.file(MODEL, "\"1\""));
        refuses(
                fetcher(1000, Disk.real()),
                wanted("/m.onnx"),
                ErrorCode.TOO_LARGE,
                "300000 bytes; cache.bytes allows 1000");

        server.on("/open.onnx", (exchange, _) -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(MODEL);
        });
        refuses(fetcher(1000, Disk.real()), wanted("/open.onnx"), ErrorCode.TOO_LARGE, "cache.bytes allows 1000");
    }

    @Test
    void theLongestUnusedMakesRoomAndWhatIsInUseStays() throws Exception {
        for (String name : List.of("/a.onnx", "/b.onnx", "/c.onnx", "/d.onnx")) {
            server.on(name, FileServer.file(bytes(name.charAt(1), 1000), "\"1\""));
        }
        ModelFetcher fetcher = fetcher(4200, Disk.real());
        HeldModel used = fetcher.fetch(wanted("/a.onnx"));
        for (String name : List.of("/b.onnx", "/c.onnx", "/b.onnx", "/d.onnx")) {
            clock.advance(Duration.ofSeconds(1));
            fetcher.fetch(wanted(name)).close();
        }
        assertThat(fetcher.cache().all())
                .extracting(model -> model.file().getFileName().toString())
                .containsExactly("d.onnx", "b.onnx", "a.onnx");
        assertThat(used.file()).exists();

        ModelCache other = new ModelCache(folder.resolve("models"), 4200, 1 << 30, clock);
        String key = fetcher.cache().all().getLast().key();
        assertThat(other.remove(key)).isEqualTo(ModelCache.Removal.IN_USE);
        used.close();
        assertThat(other.remove(key)).isEqualTo(ModelCache.Removal.REMOVED);
        assertThat(other.remove(key)).isEqualTo(ModelCache.Removal.ABSENT);
    }

    @Test
    void twoWhoWantTheSameFetchItOnce() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        server.on("/m.onnx", (exchange, earlier) -> {
            asked.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            FileServer.file(MODEL, "\"1\"").answer(exchange, earlier);
        });
        ModelFetcher patient = new ModelFetcher(
                cache(1 << 20),
                new OutboundHttp(OutboundHttp.Limits.USUAL, Backoff.usual()),
                HubEndpoint.of(Map.of()),
                progress);
        List<FutureTask<byte[]>> both = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            FutureTask<byte[]> task = new FutureTask<>(() -> {
                try (HeldModel held = patient.fetch(wanted("/m.onnx"))) {
                    return Files.readAllBytes(held.file());
                }
            });
            both.add(task);
            Thread.ofVirtual().start(task);
        }
        asked.await();
        while (progress.events().stream().noneMatch(event -> event.startsWith("notice waiting for another start"))) {
            Thread.onSpinWait();
        }
        goOn.countDown();
        for (FutureTask<byte[]> task : both) {
            assertThat(task.get(30, TimeUnit.SECONDS)).isEqualTo(MODEL);
        }
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void aWaitForAnotherProcessHasAnEnd() throws Exception {
        server.on("/m.onnx", FileServer.file(MODEL, "\"1\""));
        // A second cache object is to the first what another process is.
        String key = ModelCache.key(server.uri("/m.onnx").toString());
        try (EntryLocks.Held _ = cache(1000).locks().tryAcquire(key).orElseThrow()) {
            ModelFetcher impatient = new ModelFetcher(
                    cache(1 << 20), http, HubEndpoint.of(Map.of()), progress, Disk.real(), Duration.ofMillis(200));
            refuses(impatient, wanted("/m.onnx"), ErrorCode.NOT_READY, "another process still holds");
        }
        assertThat(progress.events()).hasSize(1).first().asString().contains("waiting for another start");
    }

    @Test
    void aFullDiskIsASentenceAndLeavesNothing() throws IOException {
        server.on("/m.onnx", FileServer.file(MODEL, "\"1\""));
        refuses(
                fetcher(1 << 20, new FullDisk(1000, Long.MAX_VALUE)),
                wanted("/m.onnx"),
                ErrorCode.STORAGE_FULL,
                "only 1000 are free");
        refuses(
                fetcher(1 << 20, new FullDisk(Long.MAX_VALUE, 50_000)),
                wanted("/m.onnx"),
                ErrorCode.STORAGE_FULL,
                "needs 300000 bytes");
        assertThat(leftovers()).noneMatch(name -> name.endsWith(".part"));
    }

    @Test
    void aSmallFileSystemFillsUpForReal() throws Exception {
        Path small = Files.createDirectory(folder.resolve("small"));
        Process mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", small.toString())
                .redirectErrorStream(true)
                .start();
        mount.getInputStream().readAllBytes();
        Assumptions.assumeTrue(mount.waitFor() == 0, "only root may mount");
        try {
            server.on("/open.onnx", (exchange, _) -> {
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write(MODEL);
            });
            ModelFetcher fetcher = new ModelFetcher(
                    new ModelCache(small.resolve("models"), 1 << 20, 1 << 30, clock),
                    http,
                    HubEndpoint.of(Map.of()),
                    progress);
            refuses(fetcher, wanted("/open.onnx"), ErrorCode.STORAGE_FULL, "is full");
            assertThat(small.toFile().getUsableSpace()).isGreaterThan(64_000);
        } finally {
            new ProcessBuilder("umount", small.toString()).start().waitFor();
        }
    }

    @Test
    void theHubIsAskedAsItsOwnClientsAsk() throws Exception {
        server.on("/org/repo/resolve/main/onnx/m.onnx", FileServer.file(MODEL, "\"1\""));
        server.on("/org/repo/resolve/v1/m.onnx", FileServer.status(401));
        HubEndpoint hub = HubEndpoint.of(Map.of("HF_ENDPOINT", server.uri("/").toString(), "HF_TOKEN", "hf_secret"));
        ModelFetcher fetcher = new ModelFetcher(cache(1 << 20), http, hub, progress);

        fetcher.fetch(wanted(ModelUri.parse("hf:org/repo/onnx/m.onnx"), Optional.empty()))
                .close();
        assertThat(server.requests().getFirst()).contains("Bearer hf_secret");
        assertThat(fetcher.cache().find("hf:org/repo/onnx/m.onnx")).isPresent();
        assertThat(hub.toString()).doesNotContain("secret");

        HubEndpoint nobody = HubEndpoint.of(Map.of("HF_ENDPOINT", server.uri("").toString()));
        refuses(
                new ModelFetcher(cache(1 << 20), http, nobody, progress),
                wanted(ModelUri.parse("hf:org/repo/m.onnx@v1"), Optional.empty()),
                ErrorCode.UPSTREAM_FAILED,
                "answers 401; put a token into HF_TOKEN");
    }

    @Test
    void aLocalFileIsUsedWhereItLiesAndCheckedWhereAHashIsGiven() throws Exception {
        Path file = Files.write(folder.resolve("m.onnx"), MODEL);
        ModelUri uri = ModelUri.parse(file.toString());

        assertThat(fetcher().fetch(wanted(uri, Optional.of(SHA256))).file()).isEqualTo(file);
        refuses(wanted(uri, Optional.of("0".repeat(64))), ErrorCode.INVALID_REQUEST, "0".repeat(64));
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void aDamagedEntryIsFetchedAgain() throws Exception {
        server.on("/m.onnx", FileServer.file(MODEL, "\"1\""));
        fetched("/m.onnx");
        Files.write(fetcher().cache().all().getFirst().file(), new byte[] {1});
        assertThat(fetched("/m.onnx")).isEqualTo(MODEL);
        assertThat(server.requests()).hasSize(2);
    }

    private HeldModel fetch(String path) throws InterruptedException {
        return fetcher().fetch(wanted(path));
    }

    private byte[] fetched(String path) throws Exception {
        try (HeldModel held = fetch(path)) {
            return Files.readAllBytes(held.file());
        }
    }

    private void refuses(ModelFetcher.Wanted wanted, ErrorCode code, String sentence) {
        refuses(fetcher(), wanted, code, sentence);
    }

    private static void refuses(ModelFetcher fetcher, ModelFetcher.Wanted wanted, ErrorCode code, String sentence) {
        assertThatThrownBy(() -> fetcher.fetch(wanted))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(sentence);
    }

    private ModelFetcher fetcher() {
        return fetcher(1 << 20, Disk.real());
    }

    private ModelFetcher fetcher(long bytes, Disk disk) {
        return new ModelFetcher(cache(bytes), http, HubEndpoint.of(Map.of()), progress, disk, Duration.ofSeconds(20));
    }

    private ModelCache cache(long bytes) {
        return new ModelCache(folder.resolve("models"), bytes, 1 << 30, clock);
    }

    private ModelFetcher.Wanted wanted(String path) {
        return wanted(new ModelUri.Http(server.uri(path)), Optional.empty());
    }

    private ModelFetcher.Wanted wanted(String path, String sha256) {
        return wanted(new ModelUri.Http(server.uri(path)), Optional.of(sha256));
    }

    private static ModelFetcher.Wanted wanted(ModelUri uri, Optional<String> sha256) {
        return new ModelFetcher.Wanted(uri, sha256, false);
    }

    /** Files below the cache that are neither models nor their records. */
    private List<String> leftovers() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("models"))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .filter(name -> !name.endsWith(".onnx") && !name.endsWith(".lock") && !name.equals(".entry.json"))
                    .toList();
        }
    }

    private static byte[] bytes(int seed, int count) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(Download.sha256().digest(bytes));
    }
}

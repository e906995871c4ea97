package io.penstock.serving;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ErrorType;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.net.OutboundHttp;
import io.penstock.serving.net.OutboundRequest;
import io.penstock.spec.ModelUri;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Brings a model's file to local disk, whole and verified: from where it lies, from the cache, or from a server.
 *
 * <p>Threads: several may fetch at once; who wants what another one, or another process, is fetching waits for it.
 */
public final class ModelFetcher implements AutoCloseable {
    private static final int USUAL = OutboundRequest.USUAL_ATTEMPTS;
    private static final Duration FRESH = Duration.ofMinutes(10);
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    private final ModelCache cache;
    private final OutboundHttp http;
    private final HubEndpoint hub;
    private final FetchProgress progress;
    private final Disk disk;
    private final Duration longestWait;

    /**
     * What is wanted.
     *
     * @param uri where it is; a local path is absolute, or relative to the process's folder
     * @param sha256 that it must have
     * @param asks whether the server is asked for a newer version however young the cached one is
     */
    public record Wanted(ModelUri uri, Optional<String> sha256, boolean asks) {
        public Wanted {
            sha256 = sha256.map(digits -> digits.toLowerCase(Locale.ROOT));
        }
    }

    public ModelFetcher(ModelCache cache, OutboundHttp http, HubEndpoint hub, FetchProgress progress) {
        this(cache, http, hub, progress, Disk.real(), LONGEST_WAIT);
    }

    ModelFetcher(
            ModelCache cache,
            OutboundHttp http,
            HubEndpoint hub,
            FetchProgress progress,
            Disk disk,
            Duration longestWait) {
        this.cache = cache;
        this.http = http;
        this.hub = hub;
        this.progress = progress;
        this.disk = disk;
        this.longestWait = longestWait;
    }

    public ModelCache cache() {
        return cache;
    }

    /**
     * Gives the file of a model; the caller closes it once the model is no longer loaded.
     *
     * @throws ServingException with {@link ErrorCode#NOT_FOUND} or {@link ErrorCode#INVALID_REQUEST} if it is not there
     *     or not what was wanted, {@link ErrorCode#UPSTREAM_FAILED} if the server does not give it,
     *     {@link ErrorCode#TOO_LARGE} or {@link ErrorCode#STORAGE_FULL} if it does not fit
     */
    public HeldModel fetch(Wanted wanted) throws InterruptedException {
        try {
            return switch (wanted.uri()) {
                case ModelUri.Local local -> local(Path.of(local.path()), wanted);
                case ModelUri.Http web ->
                    remote(wanted, new OutboundRequest(web.address(), Map.of(), Optional.empty(), USUAL), false);
                case ModelUri.HuggingFace file ->
                    remote(
                            wanted,
                            new OutboundRequest(
                                    hub.address(file), Map.of(), hub.token().map("Bearer "::concat), USUAL),
                            file.isCommit());
            };
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException("interrupted").initCause(e);
            }
            throw new ServingException(
                    Disk.isFull(e) ? ErrorCode.STORAGE_FULL : ErrorCode.INTERNAL,
                    "the model cache failed while " + wanted.uri().shown() + " was fetched: " + e.getMessage(),
                    e);
        }
    }

    private HeldModel local(Path file, Wanted wanted) throws IOException {
        if (wanted.sha256().isPresent() && Files.isRegularFile(file)) {
            MessageDigest digest = Download.sha256();
            try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                in.transferTo(java.io.OutputStream.nullOutputStream());
            }
            verify(wanted, HexFormat.of().formatHex(digest.digest()));
        }
        return HeldModel.of(file);
    }

    private HeldModel remote(Wanted wanted, OutboundRequest request, boolean isConstant)
            throws IOException, InterruptedException {
        Optional<HeldModel> same = findSame(wanted);
        if (same.isPresent()) {
            return same.get();
        }
        String key = ModelCache.key(address(wanted, request.address()));
        try (EntryLocks.Held _ = lock(key, wanted)) {
            Optional<CachedModel> cached = cache.read(key)
                    .filter(model -> wanted.sha256().map(model.sha256()::equals).orElse(true));
            if (cached.isPresent() && !isToBeAsked(cached.get(), wanted, isConstant)) {
                return cache.hold(cached.get());
            }
            return cache.hold(newest(wanted, request, key, cached));
        }
    }

    /** A cached file of the wanted hash, wherever it came from: nothing needs to be asked for. */
    private Optional<HeldModel> findSame(Wanted wanted) throws IOException, InterruptedException {
        if (wanted.sha256().isEmpty()) {
            return Optional.empty();
        }
        String digits = wanted.sha256().get();
        for (CachedModel model : cache.all()) {
            if (model.sha256().equals(digits)) {
                try (EntryLocks.Held _ = lock(model.key(), wanted)) {
                    Optional<CachedModel> still =
                            cache.read(model.key()).filter(now -> now.sha256().equals(digits));
                    if (still.isPresent()) {
                        return Optional.of(cache.hold(still.get()));
                    }
                }
            }
        }
        return Optional.empty();
    }

    private EntryLocks.Held lock(String key, Wanted wanted) throws IOException, InterruptedException {
        return cache.locks()
                .acquire(
                        key,
                        longestWait,
                        () -> progress.notice("waiting for another start that is fetching "
                                + wanted.uri().shown()));
    }

    private boolean isToBeAsked(CachedModel model, Wanted wanted, boolean isConstant) {
        if (isConstant || wanted.sha256().isPresent()) {
            return false;
        }
        if (wanted.asks()) {
            return true;
        }
        // Without a validator the server could only send all of it again, at every start.
        return !model.validators().isEmpty() && ModelCache.isOlder(model.times().checked(), FRESH, cache.now());
    }

    /** The newest version, or the one that is there where no newer can be had. */
    private CachedModel newest(Wanted wanted, OutboundRequest request, String key, Optional<CachedModel> cached)
            throws IOException, InterruptedException {
        Path folder = cache.folder(key);
        boolean byCache = cache.maxBytes() <= cache.maxModelBytes();
        Download.Means means = new Download.Means(
                http,
                disk,
                progress,
                bytes -> cache.makeRoom(bytes, key),
                Math.min(cache.maxBytes(), cache.maxModelBytes()),
                byCache ? "cache.bytes" : "limits.modelBytes");
        Download download = new Download(means, request, folder, wanted.uri().fileName());
        boolean fetched = false;
        try {
            CachedModel.Validators known = cached.map(CachedModel::validators).orElse(CachedModel.Validators.NONE);
            CachedModel model = switch (download.run(known)) {
                case Download.Outcome.Unchanged _ -> {
                    CachedModel same = cached.orElseThrow();
                    yield same.with(same.times().checkedAt(cache.now()));
                }
                case Download.Outcome.Fetched whole -> {
                    progress.done();
                    yield arrived(wanted, folder, download.part(), whole);
                }
            };
            fetched = true;
            return model;
        } catch (ServingException e) {
            if (cached.isEmpty() || e.code().type() != ErrorType.UPSTREAM) {
                throw hinted(e, wanted);
            }
            fetched = true;
            progress.notice(
                    e.sentence() + "; using the copy of " + cached.get().times().fetched() + " from the cache");
            return cached.get();
        } finally {
            if (!fetched) {
                progress.failed();
            }
        }
    }

    private CachedModel arrived(Wanted wanted, Path folder, Path part, Download.Outcome.Fetched whole)
            throws IOException {
        boolean verified = false;
        try {
            verify(wanted, whole.sha256());
            verified = true;
        } finally {
            if (!verified) {
                Files.deleteIfExists(part);
            }
        }
        String key = folder.getFileName().toString();
        cache.makeRoom(whole.bytes(), key);
        Path file = folder.resolve(wanted.uri().fileName());
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceFolder(folder);
        CachedModel model = new CachedModel(
                key,
                wanted.uri().shown(),
                file,
                whole.sha256(),
                whole.bytes(),
                whole.validators(),
                new CachedModel.Times(cache.now(), cache.now(), cache.now()));
        cache.write(model);
        return model;
    }

    /** So that the move survives a loss of power too; not every system lets a folder be opened. */
    private static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            return; // the file itself is on disk; at worst it is fetched again
        }
    }

    private static void verify(Wanted wanted, String sha256) {
        String digits = wanted.sha256().orElse(sha256);
        if (!digits.equals(sha256)) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST,
                    wanted.uri().shown() + " has another sha256 than was asked for: it has " + sha256 + ", and "
                            + digits + " was asked for");
        }
    }

    private ServingException hinted(ServingException e, Wanted wanted) {
        boolean barred = e.sentence().endsWith("answers 401") || e.sentence().endsWith("answers 403");
        if (barred
                && wanted.uri() instanceof ModelUri.HuggingFace
                && hub.token().isEmpty()) {
            return new ServingException(e.code(), e.sentence() + "; put a token into HF_TOKEN if it is private", e);
        }
        return e;
    }

    /** What names the entry: the whole address with its query, which may choose a version, but without a password. */
    private static String address(Wanted wanted, URI address) {
        return switch (wanted.uri()) {
            case ModelUri.HuggingFace file -> file.shown();
            case ModelUri.Http _, ModelUri.Local _ ->
                OutboundHttp.shown(address) + (address.getRawQuery() == null ? "" : "?" + address.getRawQuery());
        };
    }

    /** Ends the connections; whatever is being fetched fails. */
    @Override
    public void close() {
        http.close();
    }
}

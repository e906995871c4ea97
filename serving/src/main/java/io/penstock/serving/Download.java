package io.penstock.serving;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.net.OutboundHttp;
import io.penstock.serving.net.OutboundRequest;
import io.penstock.serving.net.OutboundResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * One file on its way from a server into a {@code .part} file. Where the connection breaks, it goes on from there if the
 * server can and still has the same file, and begins again if not; what an earlier process left is taken up as well.
 */
final class Download {
    private static final int MOST_FAILURES = 5;
    /** Progress that makes up for earlier failures: a long download over a bad line breaks off often. */
    private static final long STRIDE = 8 << 20;

    private static final int CHUNK = 256 << 10;
    private static final long UNKNOWN = -1;
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(?:(\\d{1,18})|\\*)");

    private final Means means;
    private final OutboundRequest request;
    private final Path folder;
    private final Path part;
    private final Path version;
    private final MessageDigest digest = sha256();
    private CachedModel.Validators validators = CachedModel.Validators.NONE;
    private boolean resumable;
    private long written;
    private long total = UNKNOWN;
    private boolean announced;

    /**
     * What a download works with.
     *
     * @param room asked before anything is written, with the bytes that the whole file will have
     * @param mostBytes larger files are refused
     * @param limitName what that limit is called
     */
    record Means(OutboundHttp http, Disk disk, FetchProgress progress, Room room, long mostBytes, String limitName) {}

    /** Makes room for a file, or refuses it. */
    interface Room {
        void make(long bytes) throws IOException;
    }

    /** How it ended. */
    sealed interface Outcome {
        /** The file that was known is still the newest. */
        record Unchanged() implements Outcome {}

        /** The whole file lies in the part file. */
        record Fetched(String sha256, long bytes, CachedModel.Validators validators) implements Outcome {}
    }

    /** @param fileName of the whole file; the part file's is made from it */
    Download(Means means, OutboundRequest request, Path folder, String fileName) {
        this.means = means;
        this.request = request;
        this.folder = folder;
        this.part = folder.resolve(fileName + ".part");
        this.version = folder.resolve(fileName + ".part.version");
    }

    /** Where the whole file lies once it was fetched, until it is moved. */
    Path part() {
        return part;
    }

    /**
     * Fetches the file, unless it is what is known already.
     *
     * @throws ServingException with {@link ErrorCode#UPSTREAM_FAILED}, {@link ErrorCode#TOO_LARGE} or
     *     {@link ErrorCode#STORAGE_FULL}
     */
    Outcome run(CachedModel.Validators known) throws InterruptedException, IOException {
        takeUp();
        int failures = 0;
        long paid = written;
        while (true) {
            OutboundResponse response = means.http().get(next(known));
            String what;
            try (InputStream body = response.body()) {
                if (response.status() == 304 && !known.isEmpty()) {
                    return new Outcome.Unchanged();
                }
                if (!fits(response)) {
                    restart();
                    what = "gives another part of the file than was asked for,";
                } else if (copy(response, body)) {
                    Files.deleteIfExists(version);
                    return new Outcome.Fetched(HexFormat.of().formatHex(digest.digest()), written, validators);
                } else {
                    what = "ended early,";
                }
            } catch (IOException e) {
                if (Thread.interrupted()) {
                    throw (InterruptedException) new InterruptedException("interrupted").initCause(e);
                }
                what = e instanceof HttpTimeoutException || total < 0
                        ? "broke off, " + e.getMessage() + ","
                        : "ended early,";
            }
            if (written - paid >= STRIDE) {
                paid = written;
                failures = 0;
            }
            failures++;
            if (failures >= MOST_FAILURES) {
                throw refused(what + " after " + written + (total < 0 ? "" : " of " + total) + " bytes, " + failures
                        + " times in a row");
            }
            means.http().backoff().pause(failures, Duration.ZERO);
        }
    }

    /** Whether the answer's body goes on where the part file ends, or begins at the beginning. */
    private boolean fits(OutboundResponse response) throws IOException {
        return switch (response.status()) {
            case 200 -> {
                begin(response);
                yield true;
            }
            case 206 -> goesOn(response);
            case 416 -> false;
            default -> throw refused("answers " + response.status());
        };
    }

    private OutboundRequest next(CachedModel.Validators known) {
        Map<String, String> headers = new HashMap<>(request.headers());
        if (!resumable) {
            // Without a name for this version nobody can tell whether the rest belongs to what is there.
            restart();
        }
        if (written > 0) {
            headers.put("Range", "bytes=" + written + "-");
            headers.put("If-Range", validators.exact().orElseThrow());
        } else {
            known.etag().ifPresent(tag -> headers.put("If-None-Match", tag));
            known.lastModified().ifPresent(time -> headers.put("If-Modified-Since", time));
        }
        return new OutboundRequest(request.address(), headers, request.authorization(), request.attempts());
    }

    /** Goes on with what an earlier process left, if it is known which version of the file that was. */
    private void takeUp() throws IOException {
        if (!Files.isRegularFile(part) || !Files.isRegularFile(version) || Files.size(version) > CHUNK) {
            return;
        }
        String validator =
                Files.readString(version, StandardCharsets.ISO_8859_1).strip();
        validators = validator.startsWith("\"")
                ? new CachedModel.Validators(Optional.of(validator), Optional.empty())
                : new CachedModel.Validators(Optional.empty(), Optional.of(validator));
        if (validator.isEmpty()) {
            return;
        }
        try (InputStream in = Files.newInputStream(part)) {
            byte[] chunk = new byte[CHUNK];
            for (int count = in.read(chunk); count > 0; count = in.read(chunk)) {
                digest.update(chunk, 0, count);
                written += count;
            }
        }
        resumable = true;
    }

    /** The server gives the file from its beginning, asked for that or not. */
    private void begin(OutboundResponse response) throws IOException {
        restart();
        validators = new CachedModel.Validators(response.findHeader("etag"), response.findHeader("last-modified"));
        boolean plain = encoding(response).equals("identity");
        OptionalLong length = response.contentLength();
        total = plain && length.isPresent() ? length.getAsLong() : UNKNOWN;
        resumable = plain && validators.exact().isPresent();
        try {
            Files.writeString(version, resumable ? validators.exact().orElse("") : "", StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw unwritable(e);
        }
        announce();
    }

    /** Whether what the server gives is the rest of what is there. */
    private boolean goesOn(OutboundResponse response) throws IOException {
        Matcher range =
                CONTENT_RANGE.matcher(response.findHeader("content-range").orElse(""));
        boolean same = response.findHeader("etag")
                .flatMap(tag -> validators.etag().map(tag::equals))
                .orElse(true);
        if (written == 0 || !range.matches() || Long.parseLong(range.group(1)) != written || !same) {
            return false;
        }
        if (range.group(3) != null) {
            total = Long.parseLong(range.group(3));
        }
        validators = new CachedModel.Validators(
                response.findHeader("etag").or(validators::etag),
                response.findHeader("last-modified").or(validators::lastModified));
        announce();
        return true;
    }

    private void announce() throws IOException {
        checkSize(Math.max(total, written));
        means.room().make(Math.max(total, written));
        long usable = means.disk().usableBytes(folder);
        if (total - written > usable) {
            throw full("only " + usable + " are free");
        }
        if (!announced) {
            announced = true;
            means.progress().started(request.address().getPath().replaceFirst(".*/", ""), total);
        }
        means.progress().advanced(written);
    }

    private void restart() {
        digest.reset();
        written = 0;
        resumable = false;
    }

    /** Whether all of it has come. */
    private boolean copy(OutboundResponse response, InputStream body) throws IOException {
        Disk.Writer out;
        try {
            out = means.disk().open(part, written);
        } catch (IOException e) {
            throw unwritable(e);
        }
        try (out) {
            InputStream in = encoding(response).equals("gzip") ? new GZIPInputStream(body, CHUNK) : body;
            byte[] chunk = new byte[CHUNK];
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                checkSize(written + count);
                write(out, chunk, count);
                digest.update(chunk, 0, count);
                written += count;
                means.progress().advanced(written);
            }
            if (total >= 0 && written > total) {
                throw refused("sent " + written + " bytes and had announced " + total);
            }
            boolean whole = total < 0 || written == total;
            if (whole) {
                force(out);
            }
            return whole;
        }
    }

    private void write(Disk.Writer out, byte[] chunk, int count) throws IOException {
        try {
            out.write(chunk, count);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private void force(Disk.Writer out) throws IOException {
        try {
            out.force();
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private String encoding(OutboundResponse response) {
        String encoding = response.findHeader("content-encoding").orElse("identity");
        return switch (encoding) {
            case "identity", "gzip" -> encoding;
            case "x-gzip" -> "gzip";
            default -> throw refused("sends the file encoded as " + encoding + "; identity and gzip are read");
        };
    }

    private void checkSize(long bytes) {
        if (bytes > means.mostBytes()) {
            throw new ServingException(
                    ErrorCode.TOO_LARGE,
                    OutboundHttp.shown(request.address()) + " has " + (total < 0 ? "more than " : "")
                            + Math.max(total, Math.min(bytes, means.mostBytes())) + " bytes; " + means.limitName()
                            + " allows " + means.mostBytes());
        }
    }

    /** What a failure to write means; the part file goes where the disk is full, since others need the room too. */
    private ServingException unwritable(IOException failure) throws IOException {
        if (failure instanceof ClosedByInterruptException) {
            throw failure;
        }
        if (!Disk.isFull(failure)) {
            return new ServingException(
                    ErrorCode.INTERNAL, folder + " cannot be written: " + failure.getMessage(), failure);
        }
        Files.deleteIfExists(part);
        return full("nothing more could be written after " + written + " bytes");
    }

    private ServingException full(String what) {
        String needs = total < 0 ? "a file of unknown size" : total + " bytes";
        return new ServingException(
                ErrorCode.STORAGE_FULL,
                "the disk of " + folder + " is full: " + OutboundHttp.shown(request.address()) + " needs " + needs
                        + ", and " + what + "; free some, or name another folder with PENSTOCK_CACHE");
    }

    private ServingException refused(String what) {
        return new ServingException(ErrorCode.UPSTREAM_FAILED, OutboundHttp.shown(request.address()) + " " + what);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}

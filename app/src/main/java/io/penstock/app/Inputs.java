package io.penstock.app;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.net.Backoff;
import io.penstock.serving.net.OutboundHttp;
import io.penstock.serving.net.OutboundRequest;
import io.penstock.serving.net.OutboundResponse;
import io.penstock.spec.ByteSize;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What a person named to look at: files, folders, globs that the shell has left alone, and addresses. */
final class Inputs {
    private static final Set<String> PICTURES = Set.of("jpg", "jpeg", "png", "webp", "bmp");
    private static final Set<String> CLIPS =
            Set.of("mp4", "m4v", "mov", "mkv", "webm", "avi", "ts", "mts", "mpg", "mpeg", "flv", "3gp", "ogv", "wmv");

    private Inputs() {}

    /** One of them: a file, or what lies at an address. */
    record Input(String name, URI place) {
        static Input of(Path file) {
            return new Input(file.toString(), file.toUri());
        }

        /** Whether it is a request in JSON and no picture. */
        boolean isTensors() {
            return name.toLowerCase(Locale.ROOT).endsWith(".json");
        }

        /** Whether it is a video. */
        boolean isClip() {
            return CLIPS.contains(extension(name));
        }

        /** The last part of its path. */
        String fileName() {
            String path = place.getPath() == null ? "" : place.getPath();
            String last = path.substring(path.lastIndexOf('/') + 1);
            return last.isEmpty() ? "picture" : last;
        }
    }

    /** Reads inputs, each at most so large. */
    static final class Reader implements AutoCloseable {
        private final long mostBytes;
        private final OutboundHttp http = new OutboundHttp(OutboundHttp.Limits.USUAL, Backoff.usual());

        Reader(ByteSize most) {
            this.mostBytes = most.bytes();
        }

        /** @throws ServingException if it is too large, or its server does not give it out */
        byte[] read(Input input) throws IOException, InterruptedException {
            if ("file".equals(input.place().getScheme())) {
                Path file = Path.of(input.place());
                check(input, Files.size(file));
                return Files.readAllBytes(file);
            }
            OutboundRequest request =
                    new OutboundRequest(input.place(), Map.of(), Optional.empty(), OutboundRequest.USUAL_ATTEMPTS);
            OutboundResponse response = http.get(request);
            try (InputStream body = response.body()) {
                if (response.status() != 200) {
                    throw new ServingException(
                            ErrorCode.UPSTREAM_FAILED, input.name() + " answered " + response.status());
                }
                byte[] bytes = body.readNBytes(Math.toIntExact(Math.min(Integer.MAX_VALUE - 8, mostBytes + 1)));
                check(input, bytes.length);
                return bytes;
            }
        }

        private void check(Input input, long bytes) {
            if (bytes > mostBytes) {
                throw new ServingException(
                        ErrorCode.TOO_LARGE,
                        input.name() + " has more than " + mostBytes + " bytes, which limits.requestBytes allows");
            }
        }

        @Override
        public void close() {
            http.close();
        }
    }

    /** @throws CommandException if a name stands for nothing */
    static List<Input> of(List<String> names) {
        List<Input> found = new ArrayList<>();
        for (String name : names) {
            if (name.startsWith("http://") || name.startsWith("https://")) {
                found.add(new Input(name, address(name)));
            } else {
                files(name).stream().map(Input::of).forEach(found::add);
            }
        }
        return found;
    }

    private static URI address(String name) {
        try {
            return URI.create(name);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, name + " is no address: " + e.getMessage(), e);
        }
    }

    private static List<Path> files(String name) {
        Path path = Path.of(name);
        List<Path> found = Files.isDirectory(path)
                ? filesIn(path, file -> isPicture(file) || CLIPS.contains(extension(file.toString())))
                : Files.isRegularFile(path)
                        ? List.of(path)
                        : name.contains("*") || name.contains("?") ? matching(path) : List.of();
        if (found.isEmpty()) {
            throw new CommandException(ExitCode.FAILED, "there is no picture and no clip at " + name);
        }
        return found;
    }

    static List<Path> picturesIn(Path folder) {
        return filesIn(folder, Inputs::isPicture);
    }

    private static List<Path> filesIn(Path folder, Predicate<Path> wanted) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(wanted).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> matching(Path glob) {
        Path folder = glob.getParent() == null ? Path.of(".") : glob.getParent();
        List<Path> found = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return found;
        }
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(folder, glob.getFileName().toString())) {
            files.forEach(found::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        found.sort(null);
        return found;
    }

    private static boolean isPicture(Path file) {
        return PICTURES.contains(extension(file.toString()));
    }

    /** What stands behind the last dot, in small letters. */
    private static String extension(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }
}

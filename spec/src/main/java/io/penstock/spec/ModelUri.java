package io.penstock.spec;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a model's file is to be had, read from a document's {@code uri}. */
public sealed interface ModelUri {
    /** Characters of a file's name that are kept: the last ones, with the kind of file. */
    int LONGEST_NAME = 120;

    /** As it was written, without a password and without what follows a question mark: fit to be shown. */
    String shown();

    /** The last part of the path: what the file is called once it lies on disk. */
    String fileName();

    /** A file on this machine; a relative path is relative to the document. */
    record Local(String path) implements ModelUri {
        @Override
        public String shown() {
            return path;
        }

        @Override
        public String fileName() {
            return path.substring(path.lastIndexOf('/') + 1);
        }
    }

    /** A file on a web server. */
    record Http(URI address) implements ModelUri {
        @Override
        public String shown() {
            String port = address.getPort() < 0 ? "" : ":" + address.getPort();
            return address.getScheme() + "://" + address.getHost() + port + address.getRawPath();
        }

        @Override
        public String fileName() {
            return safeName(address.getPath());
        }
    }

    /** A file in a repository of the Hugging Face Hub. */
    record HuggingFace(String owner, String repository, String path, String revision) implements ModelUri {
        @Override
        public String shown() {
            return "hf:" + owner + "/" + repository + "/" + path + (revision.equals("main") ? "" : "@" + revision);
        }

        @Override
        public String fileName() {
            return safeName(path);
        }

        /** Whether the revision is a commit, whose files never change. */
        public boolean isCommit() {
            return revision.matches("[0-9a-f]{40}");
        }
    }

    /**
     * Reads a {@code uri}.
     *
     * @throws IllegalArgumentException saying what is wrong and which kinds there are
     */
    static ModelUri parse(String uri) {
        Matcher scheme = Parsing.SCHEME.matcher(uri);
        if (!scheme.lookingAt()) {
            return new Local(uri);
        }
        return switch (scheme.group(1).toLowerCase(Locale.ROOT)) {
            case "file" -> Parsing.file(uri);
            case "http", "https" -> Parsing.http(uri);
            case "hf" -> Parsing.huggingFace(uri);
            default -> throw new IllegalArgumentException("uri must be " + Parsing.KINDS + ": " + uri);
        };
    }

    /** The last part of a path, with only characters that every file system takes. */
    private static String safeName(String path) {
        String last = path.substring(path.lastIndexOf('/') + 1);
        String name = last.replaceAll("[^A-Za-z0-9._-]", "-").replaceAll("^\\.+", "");
        return name.isEmpty() ? "model" : name.substring(Math.max(0, name.length() - LONGEST_NAME));
    }

    /** The kinds of addresses, one reader each. */
    final class Parsing {
        private static final String KINDS = "a path, file:, http://, https:// or hf:OWNER/REPO/PATH[@REVISION]";
        /** One letter before a colon would be a drive. */
        private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+):");

        private static final Pattern HUB = Pattern.compile(
                "hf:(?://)?([A-Za-z0-9][\\w.-]*)/([A-Za-z0-9][\\w.-]*)/([^@?#]+?)(?:@([\\w][\\w./-]*))?");

        private Parsing() {}

        private static ModelUri file(String uri) {
            if (!uri.startsWith("file://")) {
                return new Local(uri.substring("file:".length()));
            }
            try {
                String path = new URI(uri).getPath();
                if (uri.startsWith("file:///") && path != null) {
                    return new Local(path);
                }
            } catch (URISyntaxException e) {
                throw new IllegalArgumentException("uri is no address, " + e.getReason() + ": " + uri, e);
            }
            throw new IllegalArgumentException("uri must be file:PATH or file:///PATH, without a host: " + uri);
        }

        private static ModelUri http(String uri) {
            URI address;
            try {
                address = new URI(uri);
            } catch (URISyntaxException e) {
                throw new IllegalArgumentException("uri is no address, " + e.getReason(), e);
            }
            if (address.getHost() == null || address.getPort() > 65535) {
                throw new IllegalArgumentException("uri must name a host, as in https://example.com/model.onnx");
            }
            if (address.getPath().isEmpty() || address.getPath().endsWith("/")) {
                throw new IllegalArgumentException(
                        "uri must name a file, as in https://example.com/model.onnx: " + new Http(address).shown());
            }
            return new Http(address);
        }

        private static ModelUri huggingFace(String uri) {
            Matcher parts = HUB.matcher(uri);
            if (!parts.matches() || (parts.group(3) + "/").matches("(.*/)?\\.{0,2}/.*")) {
                throw new IllegalArgumentException("uri must be hf:OWNER/REPO/PATH[@REVISION]: " + uri);
            }
            String revision = parts.group(4);
            return new HuggingFace(
                    parts.group(1), parts.group(2), parts.group(3), revision == null ? "main" : revision);
        }
    }
}

package io.penstock.spec;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** What belongs to the process and not to one pipeline: where it listens, what it allows, what it keeps. */
public record ServerSpec(
        @Field(value = "Where the process listens.", byDefault = "{}")
        Listen listen,

        @Field(value = "What one process and one client may cost; a refusal names the limit.", byDefault = "{}")
        Limits limits,

        @Field(value = "The folder where fetched models are kept.", byDefault = "{}")
        Cache cache,

        @Field(
                value =
                        "What models may take of each device: cpu, and graphics processors as CUDA counts them, cuda:0.",
                byDefault = "{}",
                pattern = "cpu|cuda:(0|[1-9][0-9]?)")
        Map<String, Device> devices,

        @Field("A folder of models in Triton's layout that are served beside the pipelines.")
        Optional<Repository> repository,

        @Field("Who may call; absent, everybody who reaches the port. Once it is there, all but probes needs a key.")
        Optional<Auth> auth,

        @Field(value = "What is logged, and how.", byDefault = "{}")
        Log log,

        @Field("Where traces of requests go; absent, where OTEL_EXPORTER_OTLP_ENDPOINT says, and nowhere without it.")
        Optional<Tracing> tracing) {

    /** What stands where no document of this kind was given. */
    public static ServerSpec defaults() {
        return new SpecReader().readDefaultServer();
    }

    /** This specification with another address or port. */
    public ServerSpec withListen(Listen other) {
        return new ServerSpec(other, limits, cache, devices, repository, auth, log, tracing);
    }

    /** This specification with other keys. */
    public ServerSpec withAuth(Optional<Auth> other) {
        return new ServerSpec(listen, limits, cache, devices, repository, other, log, tracing);
    }

    /** Where the process listens. */
    public record Listen(
            @Field(
                    value = "Address to listen on: a loopback address for this machine alone, 0.0.0.0 for all.",
                    byDefault = "127.0.0.1",
                    pattern = "[A-Za-z0-9.:_-]{1,253}")
            String address,

            @Field(value = "Port to listen on; 0 takes any free one.", byDefault = "8080", min = 0, max = 65535)
            int port,

            @Field(
                    value =
                            "Domains under which a pipeline has a host of its own, NAME.NAMESPACE.DOMAIN, as KServe names its"
                                    + " services; beside it NAME-predictor and NAME-transformer.",
                    byDefault = "[example.com]",
                    max = 16)
            List<String> domains,

            @Field("Certificate and key; with them the port speaks TLS 1.2 and 1.3. Absent, it speaks plain HTTP.")
            Optional<Tls> tls) {
        private static final Pattern DOMAIN = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?");

        public Listen {
            domains = List.copyOf(domains);
            for (String domain : domains) {
                if (!DOMAIN.matcher(domain).matches()) {
                    throw new IllegalArgumentException("domains must be names such as example.com: " + domain);
                }
            }
        }
    }

    /** What the port needs to speak TLS. Both files are read again when they change. */
    public record Tls(
            @Field(
                    value =
                            "PEM file with the certificate, followed by those of its issuers; relative to the document.",
                    pattern = ".{1,4096}")
            String certificate,

            @Field(
                    value = "PEM file with the certificate's private key, not encrypted; relative to the document.",
                    pattern = ".{1,4096}")
            String key,

            @Field(
                    value =
                            "What becomes of a plain HTTP request at the port: redirect sends GET and HEAD on to https and"
                                    + " refuses others; refuse refuses all.",
                    byDefault = "refuse")
            Plain plain) {
        /** What becomes of plain requests. */
        public enum Plain {
            REFUSE,
            REDIRECT;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }
    }

    /** Who may call. */
    public record Auth(
            @Field(value = "The keys that are known.", min = 1, max = 1000)
            List<Key> keys) {
        public Auth {
            keys = List.copyOf(keys);
            if (keys.stream().map(Key::name).distinct().count() < keys.size()) {
                throw new IllegalArgumentException("keys must have different names");
            }
            if (keys.stream().map(Key::sha256).distinct().count() < keys.size()) {
                throw new IllegalArgumentException("keys must differ: two have the same sha256");
            }
        }
    }

    /** One key and what it opens. */
    public record Key(
            @Field(value = "Who has it, for messages.", pattern = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
            String name,

            @Field(
                    "The SHA-256 of the key, in hexadecimal, never the key itself: printf %s KEY | sha256sum. A key should be"
                            + " long and random, such as openssl rand -hex 32 makes.")
            String sha256,

            @Field(
                    value = "Models and pipelines that it may use and see; none written, all.",
                    byDefault = "[]",
                    max = 1000)
            List<String> models,

            @Field(value = "Whether it may load and unload models, and change settings.", byDefault = "false")
            boolean control,

            @Field(
                    value = "Requests a second, with a second's worth at once; absent, any number.",
                    min = 1,
                    max = 1000000)
            OptionalInt requestsPerSecond) {
        private static final Pattern HASH = Pattern.compile("[0-9a-fA-F]{64}");

        public Key {
            models = List.copyOf(models);
            // What stands here by mistake may be the key itself, so the message does not repeat it.
            if (!HASH.matcher(sha256).matches()) {
                throw new IllegalArgumentException(
                        "sha256 must be the key's SHA-256 in 64 hexadecimal digits, as sha256sum prints it");
            }
            sha256 = sha256.toLowerCase(Locale.ROOT);
        }
    }

    /** What is logged, and how. */
    public record Log(
            @Field(
                    value = "text for people; json, one object a line; auto, text on a terminal and json elsewhere.",
                    byDefault = "auto")
            Format format,

            @Field(value = "The least that is logged.", byDefault = "info")
            Level level,

            @Field(
                    value =
                            "Requests that get a line: none; errors, those that the server failed (status 5xx); all. A line"
                                    + " holds no header, query or body.",
                    byDefault = "none")
            Requests requests) {
        /** How a line looks. */
        public enum Format {
            AUTO,
            TEXT,
            JSON;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        /** How much a line matters. */
        public enum Level {
            ERROR,
            WARNING,
            INFO,
            DEBUG;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        /** Which requests get a line. */
        public enum Requests {
            NONE,
            ERRORS,
            ALL;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }
    }

    /** Where traces go. */
    public record Tracing(
            @Field(
                    value = "An OpenTelemetry collector that takes OTLP over HTTP, such as http://collector:4318.",
                    pattern = "https?://.{1,2000}")
            String otlp,

            @Field(
                    value =
                            "Which part of the requests is traced whose caller does not say; a caller's sampled flag decides"
                                    + " for its own.",
                    byDefault = "1",
                    min = 0,
                    max = 1)
            double ratio) {}

    /** What one process and one client may cost. */
    public record Limits(
            @Field(
                    value = "Size of one request's body or gRPC message.",
                    byDefault = "64Mi",
                    min = 1024,
                    max = 2147482623)
            ByteSize requestBytes,

            @Field(
                    value = "Memory for all bodies, pictures and tensors under way; beyond it, requests are refused.",
                    byDefault = "1Gi",
                    min = 16777216)
            ByteSize bytesInFlight,

            @Field(value = "Size of a request's line and headers.", byDefault = "16Ki", min = 256, max = 1048576)
            ByteSize headerBytes,

            @Field(value = "Connections open at once.", byDefault = "10000", min = 1, max = 1000000)
            int connections,

            @Field(
                    value = "Requests that may wait for a model, unless the model says otherwise.",
                    byDefault = "256",
                    min = 1,
                    max = 1000000)
            int queuePerModel,

            @Field(
                    value = "Width times height of the largest picture that is decoded.",
                    byDefault = "100000000",
                    min = 1)
            long picturePixels,

            @Field(value = "From the end of a request's body to its answer.", byDefault = "30s")
            Duration requestDeadline,

            @Field(value = "How long a connection may stay without a request.", byDefault = "60s")
            Duration idleTimeout,

            @Field(
                    value = "How long a caller may take nothing of its answer; a larger one has a second more for each"
                            + " answerBytesPerSecond.",
                    byDefault = "20s")
            Duration answerTimeout,

            @Field(
                    value = "Bytes per second that a large answer must be taken at, beyond answerTimeout.",
                    byDefault = "64Ki",
                    min = 1)
            ByteSize answerBytesPerSecond,

            @Field(
                    value = "Bytes per second that a body must bring, over bodyWindow; a slower one is cut.",
                    byDefault = "1Ki",
                    min = 1,
                    max = 1073741824)
            ByteSize bodyBytesPerSecond,

            @Field(value = "How long a body may be slower than bodyBytesPerSecond, up to 1h.", byDefault = "10s")
            Duration bodyWindow,

            @Field(value = "From a TLS connection's first byte to its agreed keys.", byDefault = "10s")
            Duration handshakeTimeout,

            @Field(value = "What a stopping process gives requests under way; then they are cut.", byDefault = "30s")
            Duration drainTimeout,

            @Field(
                    value = "Requests that one HTTP/2 connection may have under way; gRPC's calls are among them.",
                    byDefault = "500",
                    min = 1,
                    max = 1000000)
            int streamsPerConnection,

            @Field(
                    value = "Messages of one ModelStreamInfer that are answered at once; beyond them none is read.",
                    byDefault = "32",
                    min = 1,
                    max = 10000)
            int messagesPerStream,

            @Field(value = "WebSockets open at once.", byDefault = "256", min = 1, max = 1000000)
            int webSockets,

            @Field(
                    value = "Size of a message that a WebSocket's client sends.",
                    byDefault = "16Ki",
                    min = 256,
                    max = 16777216)
            ByteSize webSocketMessageBytes,

            @Field(value = "Levels to which a request's JSON may be nested.", byDefault = "100", min = 4, max = 1000)
            int jsonDepth,

            @Field(
                    value = "Instances of one V1 request to a model that takes one at a time.",
                    byDefault = "256",
                    min = 1,
                    max = 1000000)
            int instancesPerRequest,

            @Field(value = "Shared memory regions registered at once.", byDefault = "1024", min = 1, max = 65536)
            int sharedMemoryRegions,

            @Field(
                    value = "Size of a file of documents; one that is larger is refused.",
                    byDefault = "1Mi",
                    min = 1024,
                    max = 16777216)
            ByteSize documentBytes,

            @Field(value = "Size of the largest model file that is fetched.", byDefault = "64Gi", min = 1)
            ByteSize modelBytes) {
        private static final Duration LONGEST_WINDOW = Duration.ofHours(1);

        public Limits {
            checkLonger("requestDeadline", requestDeadline);
            checkLonger("idleTimeout", idleTimeout);
            checkLonger("answerTimeout", answerTimeout);
            checkLonger("bodyWindow", bodyWindow);
            checkLonger("handshakeTimeout", handshakeTimeout);
            if (bodyWindow.compareTo(LONGEST_WINDOW) > 0) {
                throw new IllegalArgumentException("bodyWindow must be at most " + LONGEST_WINDOW.toSeconds() + "s: "
                        + bodyWindow.toSeconds() + "s");
            }
        }

        private static void checkLonger(String name, Duration value) {
            if (!value.isPositive()) {
                throw new IllegalArgumentException(name + " must be longer than 0s: " + value.toSeconds() + "s");
            }
        }

        /** Requests that may wait for a model whose own document says {@code ofModel}. */
        public int queueCapacity(OptionalInt ofModel) {
            return ofModel.orElse(queuePerModel);
        }
    }

    /** The folder where fetched models are kept. */
    public record Cache(
            @Field(
                    value = "Size of all models kept; beyond it, those longest unused are removed.",
                    byDefault = "50Gi",
                    min = 1)
            ByteSize bytes) {}

    /** What models may take of one device. */
    public record Device(
            @Field(
                    value =
                            "Memory of all loaded models; beyond it, the model that is longest unused gives way. Absent,"
                                    + " four fifths of what the machine or container has; on a graphics processor, no bound.",
                    min = 1048576)
            Optional<ByteSize> memory) {}

    /** A folder of models in Triton's layout. */
    public record Repository(
            @Field(value = "The folder, relative to the document.", pattern = ".{1,4096}")
            String path,

            @Field(
                    value =
                            "Whether models may be loaded and unloaded while the process runs: none; poll, by what changes"
                                    + " in the folder; explicit, by requests. All are loaded at the start.",
                    byDefault = "explicit")
            Control control,

            @Field(value = "How often the folder is looked at under poll.", byDefault = "15s")
            Duration pollInterval) {
        /** What changes the models of a repository while the process runs. */
        public enum Control {
            NONE,
            POLL,
            EXPLICIT;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }
    }
}

package io.penstock.app;

import io.penstock.serving.ModelRepository;
import io.penstock.spec.InvalidSpecException;
import io.penstock.spec.ModelUri;
import io.penstock.spec.ServerSpec;
import io.penstock.spec.SpecDocuments;
import io.penstock.spec.SpecOverride;
import io.penstock.spec.SpecReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a command was given: the pipelines, and what the process is told.
 *
 * @param server from {@code --server}, from a document among the targets, or from {@code penstock.yaml} beside them
 * @param files the documents that were read, for reading them again
 * @param repositories folders of models in Triton's layout
 */
record Documents(List<Target> targets, ServerSpec server, Set<Path> files, List<Path> repositories) {
    private static final String SERVER_FILE = "penstock.yaml";

    Documents {
        targets = List.copyOf(targets);
        files = Set.copyOf(files);
        repositories = List.copyOf(repositories);
    }

    /**
     * What the command line says: which files, and what is set in them.
     *
     * @param serverFile of {@code --server}
     */
    record Request(List<String> names, Optional<Path> serverFile, List<SpecOverride> overrides) {
        static Request of(List<String> names) {
            return new Request(names, Optional.empty(), List.of());
        }
    }

    /** These documents with another address to listen on. */
    Documents listeningOn(String address, int port) {
        ServerSpec.Listen written = server.listen();
        ServerSpec.Listen listen = new ServerSpec.Listen(address, port, written.domains(), written.tls());
        return new Documents(targets, server.withListen(listen), files, repositories);
    }

    /** The documents and models of these names, with nothing set. */
    static Documents read(List<String> names) {
        return read(Request.of(names));
    }

    /**
     * Reads documents and model files.
     *
     * @throws InvalidSpecException with the mistakes of the first file that has any
     * @throws CommandException if a file is missing, unreadable, of no known kind, or says what another one says
     */
    static Documents read(Request request) {
        SpecReader reader = new SpecReader(request.overrides());
        List<Target> targets = new ArrayList<>();
        Map<Path, ServerSpec> servers = new LinkedHashMap<>();
        Set<Path> files = new LinkedHashSet<>();
        Set<Path> folders = new LinkedHashSet<>();
        List<Path> repositories = new ArrayList<>();
        for (String name : request.names()) {
            if (isFolder(name)) {
                repositories.add(repository(Path.of(name)));
                folders.add(Path.of(name).toAbsolutePath());
                continue;
            }
            Optional<ModelUri> model = model(name);
            Path file = model.isPresent() && !(model.get() instanceof ModelUri.Local)
                    ? Path.of("")
                    : existing(Path.of(name));
            folders.add(folder(file));
            if (model.isPresent()) {
                SpecDocuments made = reader.read(name, Target.documentFor(model.get()));
                made.pipelines().forEach(pipeline -> targets.add(new Target(pipeline, folder(file))));
                continue;
            }
            checkKind(name);
            SpecDocuments documents = reader.read(name, text(file));
            files.add(file.toAbsolutePath());
            documents.pipelines().forEach(pipeline -> targets.add(new Target(pipeline, folder(file))));
            documents.server().ifPresent(server -> servers.put(file.toAbsolutePath(), server));
        }
        readServers(request, reader, folders, servers, files);
        Map.Entry<Path, ServerSpec> server = theOne(servers);
        server.getValue()
                .repository()
                .map(wanted -> repository(folder(server.getKey()).resolve(wanted.path())))
                .ifPresent(repositories::add);
        checkSizes(files, server.getValue().limits().documentBytes().bytes());
        CalledPipelines.check(targets);
        return new Documents(targets, withFilesFrom(folder(server.getKey()), server.getValue()), files, repositories);
    }

    /** The limit is known only once all were read, for it may stand in any of them. */
    private static void checkSizes(Set<Path> files, long maxBytes) {
        for (Path file : files) {
            long bytes = file.toFile().length();
            if (bytes > maxBytes) {
                throw new CommandException(
                        ExitCode.REFUSED, file + " has " + bytes + " bytes; limits.documentBytes allows " + maxBytes);
            }
        }
    }

    /** Paths of the Server document are relative to it. */
    private static ServerSpec withFilesFrom(Path folder, ServerSpec server) {
        ServerSpec.Listen listen = server.listen();
        if (listen.tls().isEmpty()) {
            return server;
        }
        ServerSpec.Tls tls = listen.tls().get();
        ServerSpec.Tls absolute = new ServerSpec.Tls(
                folder.resolve(tls.certificate()).toString(),
                folder.resolve(tls.key()).toString(),
                tls.plain());
        return server.withListen(
                new ServerSpec.Listen(listen.address(), listen.port(), listen.domains(), Optional.of(absolute)));
    }

    private static boolean isFolder(String name) {
        try {
            return Files.isDirectory(Path.of(name));
        } catch (InvalidPathException _) {
            return false;
        }
    }

    private static Path repository(Path folder) {
        if (!ModelRepository.isRepository(folder)) {
            throw new CommandException(
                    ExitCode.REFUSED,
                    folder + " is no model repository: a model in it lies at NAME/VERSION/model.onnx, such as "
                            + folder.resolve("detector/1/model.onnx"));
        }
        return folder.toAbsolutePath().normalize();
    }

    /** A model's file or address; empty where the name is a document's. */
    private static Optional<ModelUri> model(String name) {
        if (name.matches("(https?|hf):.*")) {
            try {
                return Optional.of(ModelUri.parse(name));
            } catch (IllegalArgumentException e) {
                throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
            }
        }
        return name.toLowerCase(Locale.ROOT).endsWith(".onnx")
                ? Optional.of(new ModelUri.Local(name))
                : Optional.empty();
    }

    private static void checkKind(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!lower.endsWith(".yaml") && !lower.endsWith(".yml") && !lower.endsWith(".json")) {
            throw new CommandException(
                    ExitCode.USAGE,
                    name + " is neither a document (.yaml, .yml, .json) nor a model (.onnx) nor a folder of models");
        }
    }

    private static void readServers(
            Request request, SpecReader reader, Set<Path> folders, Map<Path, ServerSpec> servers, Set<Path> files) {
        List<Path> candidates = request.serverFile().isPresent()
                ? List.of(existing(request.serverFile().get()))
                : folders.stream()
                        .map(folder -> folder.resolve(SERVER_FILE))
                        .filter(Files::isRegularFile)
                        .toList();
        for (Path candidate : candidates) {
            Path file = candidate.toAbsolutePath();
            if (files.add(file)) {
                SpecDocuments documents = reader.read(candidate.toString(), text(candidate));
                documents.server().ifPresent(server -> servers.put(file, server));
            }
            if (request.serverFile().isPresent() && !servers.containsKey(file)) {
                throw new CommandException(ExitCode.REFUSED, candidate + " holds no document of kind Server");
            }
        }
        if (servers.isEmpty()) {
            servers.put(Path.of(SERVER_FILE), reader.readDefaultServer());
        }
    }

    private static Map.Entry<Path, ServerSpec> theOne(Map<Path, ServerSpec> servers) {
        if (servers.size() > 1) {
            throw new CommandException(
                    ExitCode.REFUSED,
                    "only one document of kind Server may be given; there is one in each of "
                            + servers.keySet().stream().map(Path::toString).collect(Collectors.joining(", ")));
        }
        return servers.entrySet().iterator().next();
    }

    /** @throws CommandException if two pipelines or two models are named alike, which one process cannot serve */
    void checkNames() {
        Set<String> pipelines = new LinkedHashSet<>();
        Set<String> models = new LinkedHashSet<>();
        for (Target target : targets) {
            if (!pipelines.add(target.pipeline().name())) {
                throw new CommandException(
                        ExitCode.REFUSED,
                        "two pipelines are named " + target.pipeline().name());
            }
            if (!models.add(target.modelName())) {
                throw new CommandException(
                        ExitCode.REFUSED,
                        "two models are named " + target.modelName() + "; give one of them another model.name");
            }
        }
    }

    private static Path existing(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new CommandException(ExitCode.REFUSED, "there is no file " + file);
        }
        return file;
    }

    private static Path folder(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder == null ? file.toAbsolutePath() : folder;
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > SpecReader.MOST_BYTES) {
                throw new CommandException(
                        ExitCode.REFUSED,
                        file + " is too large; a document may have " + SpecReader.MOST_BYTES + " bytes");
            }
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CommandException(ExitCode.REFUSED, file + " cannot be read: " + e.getMessage(), e);
        }
    }
}

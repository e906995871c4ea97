package io.penstock.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Places that tests read from. */
final class Checkout {
    private Checkout() {}

    /** The repository's root, from wherever below it the tests run. */
    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new IllegalStateException(
                    "not below a checkout: " + Path.of("").toAbsolutePath());
        }
        return folder;
    }

    static Path sample() {
        return root().resolve("samples/street/pipeline.yaml");
    }

    /** The street sample, on any free port. */
    static Documents documents() {
        return onFreePort(Documents.read(List.of(sample().toString())));
    }

    static Documents onFreePort(Documents read) {
        return read.listeningOn("127.0.0.1", 0);
    }

    /** This home, and the cache that all tests share. */
    static UserFolders folders(Path home) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("PENSTOCK_STATE", home.resolve("state").toString());
        return UserFolders.of(environment);
    }

    static Path detector() {
        return root().resolve("samples/street/street-detector.onnx");
    }

    /** Real models and photos, where {@code PENSTOCK_TEST_MATERIAL} names their folder. */
    static Optional<Path> material() {
        String folder = System.getenv().getOrDefault("PENSTOCK_TEST_MATERIAL", "");
        return folder.isEmpty() ? Optional.empty() : Optional.of(Path.of(folder));
    }
}

package io.penstock.app;

import java.nio.file.Files;
import java.nio.file.Path;
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

    /**
     * A state of its own below {@code home}, but the user's cache: native libraries are loaded from there once for all
     * tests, so it must not go with the first of them.
     */
    static UserFolders folders(Path home) {
        return new UserFolders(UserFolders.of(System.getenv()).cache(), home.resolve("state"));
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

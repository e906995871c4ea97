package io.penstock.backend.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;

/**
 * Unpacks ONNX Runtime's native libraries once into a folder that is kept: left alone, the library unpacks them at each
 * start, which costs five times what loading them does.
 */
public final class OnnxRuntimeNatives {
    private static final String PROPERTY = "onnxruntime.native.path";

    private OnnxRuntimeNatives() {}

    /**
     * Has ONNX Runtime load its libraries from below {@code cache}, unpacking them first where they are not there. Must
     * come before its first use; does nothing where a path is set already or the platform's libraries are not packed.
     *
     * @throws UncheckedIOException if the folder cannot be written
     */
    public static synchronized void useCache(Path cache) {
        if (System.getProperty(PROPERTY) != null) {
            return;
        }
        String version = OrtEnvironment.class.getPackage().getImplementationVersion();
        Path folder = cache.resolve("onnxruntime-" + (version == null ? "unversioned" : version) + "-" + platform());
        try {
            for (String library : List.of("onnxruntime", "onnxruntime4j_jni")) {
                if (!unpack(System.mapLibraryName(library), folder)) {
                    return;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack ONNX Runtime into " + folder + ": " + e.getMessage(), e);
        }
        System.setProperty(PROPERTY, folder.toString());
    }

    /** Loads the libraries and makes the environment that all sessions of the process share. */
    public static OrtEnvironment load() {
        return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "penstock");
    }

    private static boolean unpack(String file, Path folder) throws IOException {
        Path target = folder.resolve(file);
        if (Files.exists(target)) {
            return true;
        }
        String resource = "/ai/onnxruntime/native/" + platform() + "/" + file;
        try (InputStream packed = OrtEnvironment.class.getResourceAsStream(resource)) {
            if (packed == null) {
                return false;
            }
            Files.createDirectories(folder);
            Path half = Files.createTempFile(folder, file, ".part");
            try {
                Files.copy(packed, half, StandardCopyOption.REPLACE_EXISTING);
                Files.move(half, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(half);
            }
        }
        return true;
    }

    /** The library's own name for this platform: {@code linux-x64}. */
    static String platform() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String system = os.contains("mac") ? "osx" : os.contains("win") ? "win" : "linux";
        return system + "-" + (arch.equals("aarch64") || arch.equals("arm64") ? "aarch64" : "x64");
    }
}

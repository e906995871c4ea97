package io.penstock.backend.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import io.penstock.serving.backend.NativeLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Unpacks ONNX Runtime's native libraries once into a folder that is kept: left alone, the library unpacks them at each
 * start, which costs five times what loading them does.
 */
public final class OnnxRuntimeNatives {
    private static final String PROPERTY = "onnxruntime.native.path";

    private static final String PROVIDERS = "onnxruntime_providers_shared";

    private static final long STACK_BYTES = 512L << 20;

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
                String file = System.mapLibraryName(library);
                String resource = "/ai/onnxruntime/native/" + platform() + "/" + file;
                if (!NativeLibrary.unpack(OrtEnvironment.class, resource, folder.resolve(file))) {
                    return;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack ONNX Runtime into " + folder + ": " + e.getMessage(), e);
        }
        System.setProperty(PROPERTY, folder.toString());
    }

    /**
     * Whether what every provider for a device needs lies beside the library. Asking the library itself takes a tenth of a
     * second of a start.
     */
    static boolean haveProviders() {
        String folder = System.getProperty(PROPERTY);
        return folder == null || Files.exists(Path.of(folder, System.mapLibraryName(PROVIDERS)));
    }

    /** Loads the libraries and makes the environment that all sessions of the process share. */
    public static OrtEnvironment load() {
        return Made.ENVIRONMENT;
    }

    /** Made at its first use. */
    private static final class Made {
        static final OrtEnvironment ENVIRONMENT = make();
    }

    /**
     * Makes the environment on a thread with a stack of its own. ONNX Runtime 1.29 matches a regular expression against
     * the process's command line meanwhile, with a frame or more for each character: a class path of four thousand
     * characters overflows the usual megabyte, and the process dies without a word. The stack's memory is only promised.
     */
    private static OrtEnvironment make() {
        FutureTask<OrtEnvironment> making = new FutureTask<>(
                () -> OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "penstock"));
        Thread.ofPlatform()
                .name("onnxruntime-environment")
                .daemon()
                .stackSize(STACK_BYTES)
                .start(making);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return making.get();
                } catch (InterruptedException _) {
                    interrupted = true; // a class that is half made is of no use to anyone
                } catch (ExecutionException e) {
                    throw new IllegalStateException("ONNX Runtime cannot be loaded", e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The library's own name for this platform: {@code linux-x64}. */
    static String platform() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String system = os.contains("mac") ? "osx" : os.contains("win") ? "win" : "linux";
        return system + "-" + (arch.equals("aarch64") || arch.equals("arm64") ? "aarch64" : "x64");
    }
}

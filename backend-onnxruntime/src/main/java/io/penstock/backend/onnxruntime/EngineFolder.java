package io.penstock.backend.onnxruntime;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Where TensorRT keeps the engines of one model: a folder by the SHA-256 of its file, so that no other file finds them. */
final class EngineFolder {
    private static final int BUFFER = 1 << 20;

    private EngineFolder() {}

    /**
     * Makes the folder.
     *
     * @throws ServingException with {@link ErrorCode#STORAGE_FULL} if it cannot be made
     */
    static Path of(Path engines, Path model) {
        try {
            return Files.createDirectories(engines.resolve(sha256(model)));
        } catch (IOException e) {
            throw new ServingException(
                    ErrorCode.STORAGE_FULL, "no folder for TensorRT's engines below " + engines + ": " + e, e);
        }
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            byte[] buffer = new byte[BUFFER];
            while (in.read(buffer) >= 0) {
                // Reading is what counts.
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}

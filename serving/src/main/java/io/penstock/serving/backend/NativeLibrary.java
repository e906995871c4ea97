package io.penstock.serving.backend;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Native libraries that lie in jars, unpacked once into a folder that is kept. */
public final class NativeLibrary {
    private NativeLibrary() {}

    /**
     * Unpacks one where it does not lie yet. Processes that do so at once do not disturb each other, and none finds half
     * of one.
     *
     * @param owner a class of the jar
     * @param resource the library's place in it
     * @param target where it goes
     * @return whether it lies there now; false where the jar has none of this name
     */
    public static boolean unpack(Class<?> owner, String resource, Path target) throws IOException {
        if (Files.exists(target)) {
            return true;
        }
        try (InputStream packed = owner.getResourceAsStream(resource)) {
            if (packed == null) {
                return false;
            }
            Path folder = Files.createDirectories(target.toAbsolutePath().getParent());
            Path half = Files.createTempFile(folder, target.getFileName().toString(), ".part");
            try {
                Files.copy(packed, half, StandardCopyOption.REPLACE_EXISTING);
                Files.move(half, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(half);
            }
        }
        return true;
    }
}

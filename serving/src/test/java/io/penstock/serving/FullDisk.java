package io.penstock.serving;

import java.io.IOException;
import java.nio.file.Path;

/** A disk with room for so many bytes; it promises more than that. */
record FullDisk(long promised, long bytes) implements Disk {
    @Override
    public long usableBytes(Path folder) {
        return promised;
    }

    @Override
    public Writer open(Path file, long from) throws IOException {
        Writer real = Disk.real().open(file, from);
        return new Writer() {
            private long written;

            @Override
            public void write(byte[] chunk, int count) throws IOException {
                written += count;
                if (written > bytes) {
                    throw new IOException("No space left on device");
                }
                real.write(chunk, count);
            }

            @Override
            public void force() throws IOException {
                real.force();
            }

            @Override
            public void close() throws IOException {
                real.close();
            }
        };
    }
}

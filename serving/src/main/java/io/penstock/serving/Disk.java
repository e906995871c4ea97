package io.penstock.serving;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** Where downloads are written. A second one fills up in tests, as a real one does at the worst time. */
interface Disk {
    /** Bytes that may still be written below a folder. */
    long usableBytes(Path folder) throws IOException;

    /** A file to write to, kept up to {@code from} and cut there. */
    Writer open(Path file, long from) throws IOException;

    /** A file being written, from its end. */
    interface Writer extends Closeable {
        void write(byte[] bytes, int count) throws IOException;

        /** Returns once all of it would survive a loss of power. */
        void force() throws IOException;
    }

    /** The disk of this machine. */
    static Disk real() {
        return new Disk() {
            @Override
            public long usableBytes(Path folder) throws IOException {
                return Files.getFileStore(folder).getUsableSpace();
            }

            @Override
            public Writer open(Path file, long from) throws IOException {
                FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                channel.truncate(from);
                channel.position(from);
                return new ChannelWriter(channel);
            }
        };
    }

    /** Writes to a channel. */
    record ChannelWriter(FileChannel channel) implements Writer {
        @Override
        public void write(byte[] bytes, int count) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }

        @Override
        public void force() throws IOException {
            channel.force(true);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** Whether a failure means that there is no room; Java has no kind of its own for it. */
    static boolean isFull(IOException failure) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("no space left")
                || message.contains("disk quota exceeded")
                || message.contains("not enough space on the disk");
    }
}

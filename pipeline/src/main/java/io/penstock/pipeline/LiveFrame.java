package io.penstock.pipeline;

import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PictureCodec;
import io.penstock.pipeline.frame.ResultPainter;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The newest frame of a stream with what was found in it. Its JPEGs are made once, when the first viewer asks, and
 * shared by all.
 */
public final class LiveFrame implements AutoCloseable {
    private static final int QUALITY = 80;
    /** A tile is small on every screen: what JPEG loses is not seen there. */
    private static final int TILE_QUALITY = 70;

    private static final int TILE_WIDTH = 320;

    private final Result result;
    private final Picture picture;
    private final PictureCodec codec;
    private final ResultPainter painter;
    private final ReentrantLock encoding = new ReentrantLock();
    private byte @Nullable [] plainJpeg;
    private byte @Nullable [] annotatedJpeg;
    private byte @Nullable [] tileJpeg;
    private @Nullable String json;

    /** Takes over the caller's count of {@code picture}. */
    public LiveFrame(Result result, Picture picture, PictureCodec codec, ResultPainter painter) {
        this.result = result;
        this.picture = picture;
        this.codec = codec;
        this.painter = painter;
    }

    public Result result() {
        return result;
    }

    /** The result as JSON, written once. */
    public String json() {
        encoding.lock();
        try {
            if (json == null) {
                json = ResultJson.write(result);
            }
            return json;
        } finally {
            encoding.unlock();
        }
    }

    /** The frame as it came. The array is shared: it must not be changed. */
    public byte[] plainJpeg() {
        encoding.lock();
        try {
            if (plainJpeg == null) {
                plainJpeg = codec.encodeJpeg(picture, QUALITY);
            }
            return plainJpeg;
        } finally {
            encoding.unlock();
        }
    }

    /** The frame with its boxes drawn. The array is shared: it must not be changed. */
    public byte[] annotatedJpeg() {
        encoding.lock();
        try {
            if (annotatedJpeg == null) {
                try (Picture painted = painter.paint(picture, result.findings())) {
                    annotatedJpeg = codec.encodeJpeg(painted, QUALITY);
                }
            }
            return annotatedJpeg;
        } finally {
            encoding.unlock();
        }
    }

    /** The frame as it came, at most 320 pixels wide. The array is shared: it must not be changed. */
    public byte[] tileJpeg() {
        encoding.lock();
        try {
            if (tileJpeg == null) {
                tileJpeg = codec.encodeSmallJpeg(picture, TILE_WIDTH, TILE_QUALITY);
            }
            return tileJpeg;
        } finally {
            encoding.unlock();
        }
    }

    LiveFrame retain() {
        picture.retain();
        return this;
    }

    /** Releases one hold on the picture. */
    @Override
    public void close() {
        picture.close();
    }
}

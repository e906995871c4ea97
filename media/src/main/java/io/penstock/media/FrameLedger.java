package io.penstock.media;

import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;

/**
 * Makes FFmpeg's frames and gives them back, and knows how many are out. Their memory is FFmpeg's: the garbage
 * collector does not see it.
 *
 * <p>Threads: any.
 */
final class FrameLedger {
    private final AtomicInteger outstanding = new AtomicInteger();

    AVFrame take() {
        AVFrame frame = avutil.av_frame_alloc();
        if (frame == null) {
            throw new OutOfMemoryError("FFmpeg has no memory for a frame");
        }
        outstanding.incrementAndGet();
        return frame;
    }

    /** A frame with room for pixels of this format. */
    AVFrame take(int width, int height, int pixelFormat) {
        AVFrame frame = take();
        frame.width(width);
        frame.height(height);
        frame.format(pixelFormat);
        if (avutil.av_frame_get_buffer(frame, 0) < 0) {
            free(frame);
            throw new OutOfMemoryError("FFmpeg has no memory for a frame of " + width + " x " + height);
        }
        return frame;
    }

    void free(AVFrame frame) {
        avutil.av_frame_free(frame);
        outstanding.decrementAndGet();
    }

    int outstanding() {
        return outstanding.get();
    }
}

package io.penstock.app;

import io.penstock.pipeline.FrameGrabber;
import io.penstock.pipeline.frame.ColourSpace;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;
import io.penstock.scene.StreetRenderer;
import io.penstock.scene.StreetScene;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.serving.tensor.TensorLease;
import io.penstock.serving.tensor.TensorPool;
import io.penstock.spec.FrameRate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Renders the synthetic street at a camera's pace; a frame that would come late is left out, as a camera's would be. */
final class SyntheticCamera implements FrameGrabber {
    private final StreetScene scene;
    private final StreetRenderer renderer;
    private final TensorPool pool;
    private final double sceneFramesPerFrame;
    private final long intervalNanos;
    private long startedAt;
    private long next;

    SyntheticCamera(StreetScene scene, FrameRate fps, TensorPool pool) {
        this.scene = scene;
        this.renderer = scene.renderer();
        this.pool = pool;
        double rate = fps.perSecond().orElse(StreetScene.FRAMES_PER_SECOND);
        this.sceneFramesPerFrame = StreetScene.FRAMES_PER_SECOND / rate;
        this.intervalNanos = fps.isMax() ? 0 : (long) (1e9 / rate);
    }

    @Override
    public Optional<Grabbed> grab() throws InterruptedException {
        while (true) {
            awaitNext();
            long sceneFrame = Math.round(next * sceneFramesPerFrame);
            next++;
            try {
                Duration sourceTime = StreetScene.FRAME_INTERVAL.multipliedBy(sceneFrame);
                return Optional.of(new Grabbed(render(sceneFrame), sourceTime));
            } catch (ServingException e) {
                if (e.code() != ErrorCode.MEMORY_BUDGET) {
                    throw e;
                }
                // Requests hold the memory just now: a camera's frame is what can be missed.
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    private void awaitNext() throws InterruptedException {
        long now = System.nanoTime();
        if (startedAt == 0) {
            startedAt = now;
        }
        if (intervalNanos == 0) {
            return;
        }
        long due = startedAt + next * intervalNanos;
        if (due > now) {
            TimeUnit.NANOSECONDS.sleep(due - now);
        } else {
            next = Math.max(next, (now - startedAt) / intervalNanos);
        }
    }

    private Picture render(long sceneFrame) {
        TensorLease memory = pool.allocate(scene.frameBytes());
        boolean rendered = false;
        try {
            renderer.render(sceneFrame, memory.memory());
            rendered = true;
        } finally {
            if (!rendered) {
                memory.close();
            }
        }
        return new Picture(
                scene.width(),
                scene.height(),
                PixelFormat.RGB24,
                ColourSpace.BT601_FULL,
                List.of(new Picture.Plane(memory.memory(), 3 * scene.width())),
                memory::close);
    }

    @Override
    public void close() {}
}

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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Renders the synthetic street at a camera's pace; a frame that would come late is left out, as a camera's would be.
 * Asked for as many frames as are used, it renders on all processors.
 *
 * <p>Threads: one grabs and closes. The scene is made when the first frame is grabbed, so that nobody waits for it.
 */
final class SyntheticCamera implements FrameGrabber {
    private final long seed;
    private final TensorPool pool;
    private final double sceneFramesPerFrame;
    private final long intervalNanos;
    private final int cores;
    private @Nullable Street street;
    private @Nullable RenderAhead ahead;
    private long startedAt;
    private long next;

    SyntheticCamera(long seed, FrameRate fps, TensorPool pool, int cores) {
        this.seed = seed;
        this.pool = pool;
        this.cores = cores;
        double rate = fps.perSecond().orElse(StreetScene.FRAMES_PER_SECOND);
        this.sceneFramesPerFrame = StreetScene.FRAMES_PER_SECOND / rate;
        this.intervalNanos = fps.isMax() ? 0 : (long) (1e9 / rate);
    }

    @Override
    public Optional<Grabbed> grab() throws InterruptedException {
        Street scene = street();
        if (intervalNanos == 0) {
            Picture picture = ahead(scene).take();
            return Optional.of(new Grabbed(picture, StreetScene.FRAME_INTERVAL.multipliedBy(next++)));
        }
        awaitNext();
        long sceneFrame = Math.round(next * sceneFramesPerFrame);
        next++;
        return Optional.of(new Grabbed(scene.render(sceneFrame), StreetScene.FRAME_INTERVAL.multipliedBy(sceneFrame)));
    }

    private Street street() {
        if (street == null) {
            street = new Street(StreetScene.of(seed), pool);
        }
        return street;
    }

    private RenderAhead ahead(Street scene) {
        if (ahead == null) {
            ahead = new RenderAhead(cores, scene::render);
        }
        return ahead;
    }

    private void awaitNext() throws InterruptedException {
        long now = System.nanoTime();
        if (startedAt == 0) {
            startedAt = now;
        }
        long due = startedAt + next * intervalNanos;
        if (due > now) {
            TimeUnit.NANOSECONDS.sleep(due - now);
        } else {
            next = Math.max(next, (now - startedAt) / intervalNanos);
        }
    }

    @Override
    public void close() {
        if (ahead != null) {
            ahead.close();
        }
    }

    /** A scene and the renderers that are free just now. */
    private record Street(StreetScene scene, TensorPool pool, ConcurrentLinkedQueue<StreetRenderer> free) {
        Street(StreetScene scene, TensorPool pool) {
            this(scene, pool, new ConcurrentLinkedQueue<>());
        }

        /** Renders a frame; while requests hold all memory, waits: a camera's frame is what can be late. */
        Picture render(long sceneFrame) throws InterruptedException {
            StreetRenderer polled = free.poll();
            StreetRenderer renderer = polled == null ? scene.renderer() : polled;
            try {
                TensorLease memory = allocate();
                return picture(renderer, sceneFrame, memory);
            } finally {
                free.add(renderer);
            }
        }

        private TensorLease allocate() throws InterruptedException {
            while (true) {
                try {
                    return pool.allocate(scene.frameBytes());
                } catch (ServingException e) {
                    if (e.code() != ErrorCode.MEMORY_BUDGET) {
                        throw e;
                    }
                    TimeUnit.MILLISECONDS.sleep(20);
                }
            }
        }

        private Picture picture(StreetRenderer renderer, long sceneFrame, TensorLease memory) {
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
    }
}

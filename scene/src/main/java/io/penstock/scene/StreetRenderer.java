package io.penstock.scene;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Renders frames of one scene, in any order, with scratch memory that it keeps.
 *
 * <p>Threads: one at a time. Renderers of one scene do not disturb each other.
 */
public final class StreetRenderer {
    private final StreetScene scene;
    private final Raster raster;
    private final Brush brush;
    private final Cast cast;

    StreetRenderer(StreetScene scene) {
        this.scene = scene;
        this.raster = new Raster(scene.width(), scene.height());
        this.brush = new Brush(scene.camera, scene.light, raster);
        this.cast = new Cast(raster, brush);
    }

    /**
     * Renders a frame and tells the truth about it, the farthest object first.
     *
     * @param frame from 0, {@value StreetScene#FRAMES_PER_SECOND} a second
     * @param rgb takes packed RGB, rows of three times the width; at least {@link StreetScene#frameBytes} long
     */
    public List<SceneObject> render(long frame, MemorySegment rgb) {
        if (rgb.byteSize() < scene.frameBytes()) {
            throw new IllegalArgumentException(
                    "a frame takes " + scene.frameBytes() + " bytes, the memory given has " + rgb.byteSize());
        }
        List<SceneObject> truth = truth(frame);
        scene.grain.add(raster.rgb, 3 * scene.width(), frame, rgb);
        return truth;
    }

    /** As {@link #render}, without the pixels. */
    public List<SceneObject> truth(long frame) {
        if (frame < 0) {
            throw new IllegalArgumentException("frames are counted from 0: " + frame);
        }
        raster.reset(scene.ground);
        cast.clear();
        List<Actor> actors = scene.traffic.at((double) frame / StreetScene.FRAMES_PER_SECOND);
        actors.addAll(scene.still);
        List<Actor> order = DepthOrder.of(actors, scene.camera.x);
        for (Actor actor : order) {
            actor.paintGround(brush);
        }
        for (Actor actor : order) {
            actor.paint(brush, cast);
        }
        return cast.truth();
    }

    /** For tests: who owns the pixels of the frame rendered last. */
    Raster raster() {
        return raster;
    }
}

package io.penstock.scene;

import io.penstock.pipeline.frame.Box;
import java.util.ArrayList;
import java.util.List;

/** Who plays in the frame being painted: gives each object its owner's number on the raster, and tells the truth. */
final class Cast {
    private static final int MAX_OBJECTS = 500;

    private final Raster raster;
    private final Brush brush;
    private final int[] classIds = new int[MAX_OBJECTS];
    private final long[] identities = new long[MAX_OBJECTS];
    private final double[] insides = new double[MAX_OBJECTS];
    private int objects;
    private boolean open;

    Cast(Raster raster, Brush brush) {
        this.raster = raster;
        this.brush = brush;
    }

    void clear() {
        objects = 0;
        open = false;
    }

    /** What is painted from here on is this object. */
    void object(int classId, long identity) {
        close();
        classIds[objects] = classId;
        identities[objects] = identity;
        raster.own((short) (Raster.FIRST_OBJECT + objects));
        brush.measure();
        open = true;
    }

    /** As {@link #object(int, long)}, of which the share in the picture is known. */
    void object(int classId, long identity, double inside) {
        object(classId, identity);
        insides[objects] = inside;
        objects++;
        open = false;
    }

    /** What is painted from here on hides objects but is none. */
    void prop() {
        close();
        raster.own(Raster.PROP);
    }

    /** Every object of which a pixel can be seen, in the order of painting: the farthest first. */
    List<SceneObject> truth() {
        close();
        List<SceneObject> truth = new ArrayList<>(objects);
        for (int i = 0; i < objects; i++) {
            int owner = Raster.FIRST_OBJECT + i;
            if (raster.visible(owner) > 0) {
                Box box = Box.ofCorners(
                        raster.minX(owner), raster.minY(owner), raster.maxX(owner) + 1, raster.maxY(owner) + 1);
                double visibility = insides[i] * raster.visible(owner) / raster.silhouette(owner);
                truth.add(new SceneObject(classIds[i], identities[i], box, (float) visibility));
            }
        }
        return List.copyOf(truth);
    }

    private void close() {
        if (open) {
            insides[objects] = brush.shareInside();
            objects++;
            open = false;
        }
    }
}

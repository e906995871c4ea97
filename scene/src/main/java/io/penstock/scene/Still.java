package io.penstock.scene;

import java.util.List;

/**
 * An actor that never moves, painted once and from then on stamped.
 *
 * @param classId -1 where it is no object
 * @param inside the share of its rectangle that lies in the picture
 */
record Still(Footprint footprint, Stamp stamp, int classId, long identity, double inside) implements Actor {
    @Override
    public void paintGround(Brush brush) {
        // Its shadow is part of the backdrop.
    }

    @Override
    public void paint(Brush brush, Cast cast) {
        if (classId < 0) {
            cast.prop();
        } else {
            cast.object(classId, identity, inside);
        }
        brush.raster.stamp(stamp);
    }

    /**
     * Paints {@code actor}, which is one object or none, over the ground.
     *
     * @return empty where no pixel of it is in the picture
     */
    static List<Actor> of(Actor actor, Brush brush, Ground ground) {
        Raster raster = brush.raster;
        Cast cast = new Cast(raster, brush);
        raster.reset(ground);
        actor.paint(brush, cast);
        List<SceneObject> truth = cast.truth();
        if (!truth.isEmpty()) {
            SceneObject object = truth.getFirst();
            Stamp stamp = new Stamp(raster, Raster.FIRST_OBJECT);
            return List.of(
                    new Still(actor.footprint(), stamp, object.classId(), object.identity(), object.visibility()));
        }
        if (raster.visible(Raster.PROP) > 0) {
            return List.of(new Still(actor.footprint(), new Stamp(raster, Raster.PROP), -1, 0, 0));
        }
        return List.of();
    }
}

package io.penstock.scene;

import java.util.List;

/**
 * What every frame of a scene starts from: the backdrop with the shadows of what never moves.
 *
 * <p>Threads: not changed once made.
 */
final class Ground {
    /** Packed RGB. */
    final byte[] rgb;

    /** {@link Raster#SHADE} where there is a shadow already, else 0; one a pixel. */
    final short[] shades;

    private Ground(byte[] rgb, short[] shades) {
        this.rgb = rgb;
        this.shades = shades;
    }

    static Ground of(byte[] backdrop, List<Actor> still, Brush brush) {
        Raster raster = brush.raster;
        raster.reset(new Ground(backdrop, new short[raster.width * raster.height]));
        for (Actor actor : still) {
            actor.paintGround(brush);
        }
        return new Ground(raster.rgb.clone(), raster.owners());
    }
}

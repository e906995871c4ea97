package io.penstock.vision.colour;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.ColourShare;
import io.penstock.pipeline.frame.Picture;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which colours an object shows most of: a histogram of names over the ellipse within its box, where corners are mostly
 * background. At most 32 by 32 pixels are looked at, however large the box.
 */
final class DominantColours {
    private static final int MOST_ACROSS = 32;

    private final int most;
    private final float leastShare;
    private final PixelReader pixels;
    private final Picture picture;

    /**
     * For the objects of one picture.
     *
     * @param most colours of each
     * @param leastShare of an object that a colour must have, 0..1
     */
    DominantColours(Picture picture, int most, float leastShare) {
        this.picture = picture;
        this.pixels = new PixelReader(picture);
        this.most = most;
        this.leastShare = leastShare;
    }

    /** The largest share first; empty for a box without a pixel. */
    List<ColourShare> of(Box box) {
        Box inside = box.clip(picture.width(), picture.height());
        int across = (int) Math.min(MOST_ACROSS, Math.ceil(inside.width()));
        int down = (int) Math.min(MOST_ACROSS, Math.ceil(inside.height()));
        int[] counts = new int[ColourName.ALL.size()];
        int all = 0;
        for (int row = 0; row < down; row++) {
            double v = (row + 0.5) / down;
            int y = Math.clamp((long) (inside.y() + v * inside.height()), 0, picture.height() - 1);
            for (int column = 0; column < across; column++) {
                double u = (column + 0.5) / across;
                if ((2 * u - 1) * (2 * u - 1) + (2 * v - 1) * (2 * v - 1) > 1) {
                    continue;
                }
                int x = Math.clamp((long) (inside.x() + u * inside.width()), 0, picture.width() - 1);
                int pixel = pixels.read(x, y);
                counts[ColourName.indexOf(pixel & 0xFF, (pixel >> 8) & 0xFF, pixel >> 16)]++;
                all++;
            }
        }
        return shares(counts, all);
    }

    private List<ColourShare> shares(int[] counts, int all) {
        List<ColourShare> shares = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            float share = (float) counts[i] / Math.max(1, all);
            if (counts[i] > 0 && share >= leastShare) {
                shares.add(new ColourShare(ColourName.ALL.get(i).toString(), share));
            }
        }
        shares.sort(Comparator.comparingDouble((ColourShare share) -> -share.share()));
        return shares.subList(0, Math.min(most, shares.size()));
    }
}

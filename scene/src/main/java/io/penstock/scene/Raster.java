package io.penstock.scene;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Fills convex polygons into packed RGB with smooth edges, and keeps the books on whose pixel is whose.
 *
 * <p>Each row is sampled at {@value #SUB} heights; across, coverage is exact. A pixel belongs to what covers at least
 * half of it. Objects are painted from far to near, so an object's silhouette is complete before anything hides it:
 * what is painted later takes pixels away from it.
 *
 * <p>Threads: one at a time.
 */
final class Raster {
    /** The owner of what is not an object: street furniture. */
    static final short PROP = 1;

    /** The owner of shadowed ground, so that two shadows are no darker than one. */
    static final short SHADE = 2;

    /** The first owner that is an object. */
    static final short FIRST_OBJECT = 3;

    private static final int SUB = 4;
    /** Columns are counted in 256ths of a pixel. */
    private static final int BITS = 8;

    private static final int ONE = 1 << BITS;
    private static final VarHandle PACKED = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int MAX_OWNERS = 512;

    enum Mode {
        OPAQUE,
        BLEND,
        SHADOW,
        LIGHT
    }

    final int width;
    final int height;
    final byte[] rgb;
    private final short[] owners;
    private final int[] left;
    private final int[] right;
    private final int[] visible = new int[MAX_OWNERS];
    private final int[] silhouette = new int[MAX_OWNERS];
    private final int[] minX = new int[MAX_OWNERS];
    private final int[] maxX = new int[MAX_OWNERS];
    private final int[] minY = new int[MAX_OWNERS];
    private final int[] maxY = new int[MAX_OWNERS];
    private final double[] circleX = new double[Turn.PARTS];
    private final double[] circleY = new double[Turn.PARTS];
    private Mode mode = Mode.OPAQUE;
    private short owner;
    private int red;
    private int green;
    private int blue;
    private int alpha;
    private int firstOwned;
    private int lastOwned;

    Raster(int width, int height) {
        this.width = width;
        this.height = height;
        this.rgb = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
        this.owners = new short[width * height];
        this.left = new int[height * SUB];
        this.right = new int[height * SUB];
    }

    /** Starts a picture over {@code ground}, which has this size. */
    void reset(Ground ground) {
        System.arraycopy(ground.rgb, 0, rgb, 0, rgb.length);
        System.arraycopy(ground.shades, 0, owners, 0, owners.length);
        Arrays.fill(visible, 0);
        Arrays.fill(silhouette, 0);
        Arrays.fill(minX, Integer.MAX_VALUE);
        Arrays.fill(minY, Integer.MAX_VALUE);
        Arrays.fill(maxX, -1);
        Arrays.fill(maxY, -1);
        owner = 0;
    }

    /** From here on opaque pixels belong to {@code newOwner}. */
    void own(short newOwner) {
        owner = newOwner;
    }

    /** A copy: the owner of each pixel. */
    short[] owners() {
        return owners.clone();
    }

    short ownerAt(int column, int row) {
        return owners[row * width + column];
    }

    int visible(int ofOwner) {
        return visible[ofOwner];
    }

    int silhouette(int ofOwner) {
        return silhouette[ofOwner];
    }

    int minX(int ofOwner) {
        return minX[ofOwner];
    }

    int maxX(int ofOwner) {
        return maxX[ofOwner];
    }

    int minY(int ofOwner) {
        return minY[ofOwner];
    }

    int maxY(int ofOwner) {
        return maxY[ofOwner];
    }

    /** A convex polygon of the first {@code count} points; either winding. */
    void fill(double[] xs, double[] ys, int count, int colour) {
        paint(xs, ys, count, colour, Mode.OPAQUE, 256);
    }

    /** As {@link #fill}, let through by {@code share}; takes no pixel from its owner. */
    void blend(double[] xs, double[] ys, int count, int colour, double share) {
        paint(xs, ys, count, colour, Mode.BLEND, (int) (share * 256));
    }

    /** Darkens by {@code share}, once however many shadows fall on a pixel. */
    void shadow(double[] xs, double[] ys, int count, double share) {
        paint(xs, ys, count, 0x0A0C14, Mode.SHADOW, (int) (share * 256));
    }

    /** Adds light. */
    void lighten(double[] xs, double[] ys, int count, int colour, double share) {
        paint(xs, ys, count, colour, Mode.LIGHT, (int) (share * 256));
    }

    /** Paints what was painted before. */
    void stamp(Stamp stamp) {
        int from = 0;
        for (int run = 0; run < stamp.starts.length; run++) {
            int start = stamp.starts[run];
            int length = stamp.lengths[run];
            System.arraycopy(stamp.rgb, from, rgb, 3 * start, 3 * length);
            take(start, start + length);
            from += 3 * length;
        }
        minX[owner] = Math.min(minX[owner], stamp.minX);
        maxX[owner] = Math.max(maxX[owner], stamp.maxX);
        minY[owner] = Math.min(minY[owner], stamp.minY);
        maxY[owner] = Math.max(maxY[owner], stamp.maxY);
    }

    void circle(double x, double y, double radius, int colour) {
        int step = radius < 3 ? 4 : radius < 12 ? 2 : 1;
        int corners = 0;
        for (int i = 0; i < Turn.PARTS; i += step) {
            circleX[corners] = x + radius * Turn.cos(i);
            circleY[corners] = y + radius * Turn.sin(i);
            corners++;
        }
        fill(circleX, circleY, corners, colour);
    }

    /** A halo of light that fades to nothing at the ellipse's rim. */
    void glow(double x, double y, double radiusX, double radiusY, int colour) {
        int top = (int) Math.max(0, y - radiusY);
        int bottom = (int) Math.min(height, y + radiusY + 1);
        int from = (int) Math.max(0, x - radiusX);
        int to = (int) Math.min(width, x + radiusX + 1);
        red = Colour.red(colour);
        green = Colour.green(colour);
        blue = Colour.blue(colour);
        for (int row = top; row < bottom; row++) {
            float dy = (float) ((row + 0.5 - y) / radiusY);
            for (int column = from; column < to; column++) {
                float dx = (float) ((column + 0.5 - x) / radiusX);
                float rest = 1 - dx * dx - dy * dy;
                if (rest > 0) {
                    add(3 * (row * width + column), (int) (256 * rest * rest));
                }
            }
        }
    }

    private void paint(double[] xs, double[] ys, int count, int colour, Mode newMode, int newAlpha) {
        double low = ys[0];
        double high = ys[0];
        for (int i = 1; i < count; i++) {
            low = Math.min(low, ys[i]);
            high = Math.max(high, ys[i]);
        }
        int top = (int) Math.max(0, Math.floor(low));
        int bottom = (int) Math.min(height, Math.ceil(high));
        if (count < 3 || top >= bottom) {
            return;
        }
        mode = newMode;
        alpha = newAlpha;
        red = Colour.red(colour);
        green = Colour.green(colour);
        blue = Colour.blue(colour);
        Arrays.fill(left, top * SUB, bottom * SUB, Integer.MAX_VALUE / 2);
        Arrays.fill(right, top * SUB, bottom * SUB, Integer.MIN_VALUE / 2);
        for (int i = 0, j = count - 1; i < count; j = i++) {
            if (ys[j] <= ys[i]) {
                edge(xs[j], ys[j], xs[i], ys[i]);
            } else {
                edge(xs[i], ys[i], xs[j], ys[j]);
            }
        }
        for (int row = top; row < bottom; row++) {
            paintRow(row);
        }
    }

    private void edge(double x0, double y0, double x1, double y1) {
        int first = (int) Math.max(0, Math.ceil(y0 * SUB - 0.5));
        int end = (int) Math.min(height * SUB, Math.ceil(y1 * SUB - 0.5));
        if (first >= end) {
            return;
        }
        double slope = (x1 - x0) / (y1 - y0) * ONE;
        double x = x0 * ONE + ((first + 0.5) / SUB - y0) * slope;
        double step = slope / SUB;
        for (int line = first; line < end; line++, x += step) {
            int at = (int) x;
            left[line] = Math.min(left[line], at);
            right[line] = Math.max(right[line], at);
        }
    }

    private void paintRow(int row) {
        int line = row * SUB;
        int outerLeft = Math.min(Math.min(left[line], left[line + 1]), Math.min(left[line + 2], left[line + 3]));
        int innerLeft = Math.max(Math.max(left[line], left[line + 1]), Math.max(left[line + 2], left[line + 3]));
        int outerRight = Math.max(Math.max(right[line], right[line + 1]), Math.max(right[line + 2], right[line + 3]));
        int innerRight = Math.min(Math.min(right[line], right[line + 1]), Math.min(right[line + 2], right[line + 3]));
        int from = Math.max(0, outerLeft >> BITS);
        int to = Math.min(width, (outerRight + ONE - 1) >> BITS);
        if (from >= to) {
            return;
        }
        int solidFrom = Math.clamp((innerLeft + ONE - 1) >> BITS, from, to);
        int solidTo = Math.clamp(innerRight >> BITS, solidFrom, to);
        firstOwned = Integer.MAX_VALUE;
        lastOwned = -1;
        rim(row, from, solidFrom);
        solid(row, solidFrom, solidTo);
        rim(row, solidTo, to);
        if (owner != 0 && mode == Mode.OPAQUE && lastOwned >= 0) {
            minX[owner] = Math.min(minX[owner], firstOwned);
            maxX[owner] = Math.max(maxX[owner], lastOwned);
            minY[owner] = Math.min(minY[owner], row);
            maxY[owner] = Math.max(maxY[owner], row);
        }
    }

    /** Pixels that the polygon may cover in part. */
    private void rim(int row, int from, int to) {
        if (from >= to) {
            return;
        }
        int line = row * SUB;
        int l0 = left[line];
        int l1 = left[line + 1];
        int l2 = left[line + 2];
        int l3 = left[line + 3];
        int r0 = right[line];
        int r1 = right[line + 1];
        int r2 = right[line + 2];
        int r3 = right[line + 3];
        for (int column = from; column < to; column++) {
            int west = column << BITS;
            int east = west + ONE;
            int coverage = Math.max(0, Math.min(r0, east) - Math.max(l0, west))
                    + Math.max(0, Math.min(r1, east) - Math.max(l1, west))
                    + Math.max(0, Math.min(r2, east) - Math.max(l2, west))
                    + Math.max(0, Math.min(r3, east) - Math.max(l3, west));
            if (coverage < SUB) {
                continue;
            }
            if (mode == Mode.OPAQUE) {
                dab(row * width + column, column, coverage / SUB);
            } else {
                tint(row * width + column, coverage / SUB);
            }
        }
    }

    /** @param coverage in 256ths */
    private void dab(int pixel, int column, int coverage) {
        short old = owners[pixel];
        // A seam between two faces of one object must not let through what is behind it.
        boolean own = old == owner && owner != 0;
        mixIn(pixel * 3, own ? Math.min(ONE, 2 * coverage) : coverage);
        if (coverage >= ONE / 2) {
            firstOwned = Math.min(firstOwned, column);
            lastOwned = column;
            if (old != owner) {
                visible[old]--;
                visible[owner]++;
                silhouette[owner]++;
                owners[pixel] = owner;
            }
        }
    }

    private void tint(int pixel, int coverage) {
        int share = (coverage * alpha) >> BITS;
        if (mode == Mode.BLEND) {
            mixIn(pixel * 3, share);
        } else if (mode == Mode.LIGHT) {
            add(pixel * 3, share);
        } else if (owners[pixel] != SHADE) {
            mixIn(pixel * 3, share);
            owners[pixel] = coverage >= ONE / 2 ? SHADE : owners[pixel];
        }
    }

    /** Pixels that the polygon covers whole. */
    private void solid(int row, int from, int to) {
        if (from >= to) {
            return;
        }
        int start = row * width + from;
        int end = row * width + to;
        switch (mode) {
            case OPAQUE -> {
                write(3 * start, 3 * end);
                if (owner != 0) {
                    firstOwned = Math.min(firstOwned, from);
                    lastOwned = to - 1;
                    take(start, end);
                }
            }
            case BLEND, SHADOW, LIGHT -> {
                for (int pixel = start; pixel < end; pixel++) {
                    tint(pixel, ONE);
                }
            }
        }
    }

    /** Eight pixels are three packed words: longer spans are written so. */
    private void write(int from, int to) {
        int at = from;
        if (to - from >= 48) {
            long r = red;
            long g = green;
            long b = blue;
            long first = eight(r, g, b);
            long second = eight(b, r, g);
            long third = eight(g, b, r);
            for (; at <= to - 24; at += 24) {
                PACKED.set(rgb, at, first);
                PACKED.set(rgb, at + 8, second);
                PACKED.set(rgb, at + 16, third);
            }
        }
        byte r = (byte) red;
        byte g = (byte) green;
        byte b = (byte) blue;
        for (; at < to; at += 3) {
            rgb[at] = r;
            rgb[at + 1] = g;
            rgb[at + 2] = b;
        }
    }

    /** Eight samples in turn, packed. */
    private static long eight(long first, long second, long third) {
        long three = first | (second << 8) | (third << 16);
        return three | (three << 24) | (three << 48);
    }

    /** Makes pixels the owner's, and books whom they are taken from, run by run. */
    private void take(int from, int to) {
        int at = from;
        while (at < to) {
            short old = owners[at];
            int run = at + 1;
            while (run < to && owners[run] == old) {
                run++;
            }
            if (old != owner) {
                int pixels = run - at;
                visible[old] -= pixels;
                visible[owner] += pixels;
                silhouette[owner] += pixels;
                Arrays.fill(owners, at, run, owner);
            }
            at = run;
        }
    }

    private void mixIn(int at, int share) {
        int r = rgb[at] & 255;
        int g = rgb[at + 1] & 255;
        int b = rgb[at + 2] & 255;
        rgb[at] = (byte) (r + (((red - r) * share) >> 8));
        rgb[at + 1] = (byte) (g + (((green - g) * share) >> 8));
        rgb[at + 2] = (byte) (b + (((blue - b) * share) >> 8));
    }

    private void add(int at, int share) {
        rgb[at] = (byte) Math.min(Colour.MAX, (rgb[at] & 255) + ((red * share) >> 8));
        rgb[at + 1] = (byte) Math.min(Colour.MAX, (rgb[at + 1] & 255) + ((green * share) >> 8));
        rgb[at + 2] = (byte) Math.min(Colour.MAX, (rgb[at + 2] & 255) + ((blue * share) >> 8));
    }
}

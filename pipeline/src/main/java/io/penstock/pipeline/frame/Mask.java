package io.penstock.pipeline.frame;

import java.util.Arrays;

/**
 * Which pixels of the source picture belong to an object, as COCO's run lengths: column by column from the top left, the
 * lengths of runs outside and inside in turn, beginning with outside.
 */
public final class Mask {
    private final int width;
    private final int height;
    private final int[] runs;

    /**
     * @param width of the picture
     * @param height of the picture
     * @param runs lengths, whose sum is width x height
     */
    public Mask(int width, int height, int[] runs) {
        this.width = width;
        this.height = height;
        this.runs = runs.clone();
        long sum = 0;
        for (int run : runs) {
            sum += run;
        }
        if (sum != (long) width * height) {
            throw new IllegalArgumentException(
                    "runs of a mask cover its " + (long) width * height + " pixels, not " + sum);
        }
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** Whether pixels belong to an object. */
    public interface Pixels {
        boolean inside(int x, int y);
    }

    /** Asks for the pixels of the rectangle, left and top inclusive, right and bottom exclusive; outside it nothing is set. */
    public static Mask of(int width, int height, int[] rectangle, Pixels pixels) {
        int left = Math.clamp(rectangle[0], 0, width);
        int top = Math.clamp(rectangle[1], 0, height);
        int right = Math.clamp(rectangle[2], left, width);
        int bottom = Math.clamp(rectangle[3], top, height);
        Runs runs = new Runs();
        runs.append(false, left * height);
        for (int x = left; x < right; x++) {
            runs.append(false, top);
            for (int y = top; y < bottom; y++) {
                runs.append(pixels.inside(x, y), 1);
            }
            runs.append(false, height - bottom);
        }
        runs.append(false, (width - right) * height);
        return new Mask(width, height, runs.finish());
    }

    /** The same pixels in a picture of this size, of which this mask's is the part that begins at (left, top). */
    Mask placed(int left, int top, int pictureWidth, int pictureHeight) {
        if (left < 0 || top < 0 || left + width > pictureWidth || top + height > pictureHeight) {
            throw new IllegalArgumentException("a part of " + width + " x " + height + " at (" + left + ", " + top
                    + ") is not within " + pictureWidth + " x " + pictureHeight);
        }
        Runs placed = new Runs();
        placed.append(false, left * pictureHeight);
        int run = 0;
        int rest = runs.length == 0 ? 0 : runs[0];
        for (int x = 0; x < width; x++) {
            placed.append(false, top);
            for (int y = 0; y < height; ) {
                while (rest == 0) {
                    run++;
                    rest = runs[run];
                }
                int length = Math.min(rest, height - y);
                placed.append(run % 2 == 1, length);
                rest -= length;
                y += length;
            }
            placed.append(false, pictureHeight - height - top);
        }
        placed.append(false, (pictureWidth - width - left) * pictureHeight);
        return new Mask(pictureWidth, pictureHeight, placed.finish());
    }

    /** Asks for runs of set pixels: column by column, each from {@code top} up to but without {@code bottom}. */
    public void forEachRun(RunVisitor visitor) {
        long at = 0;
        for (int i = 0; i < runs.length; i++) {
            long end = at + runs[i];
            while (i % 2 == 1 && at < end) {
                int x = (int) (at / height);
                int top = (int) (at % height);
                int length = (int) Math.min(end - at, height - top);
                visitor.run(x, top, top + length);
                at += length;
            }
            at = end;
        }
    }

    /** Takes pixels of one column, from {@code top} up to but without {@code bottom}. */
    public interface RunVisitor {
        void run(int x, int top, int bottom);
    }

    /** How many pixels are set. */
    public long area() {
        long sum = 0;
        for (int i = 1; i < runs.length; i += 2) {
            sum += runs[i];
        }
        return sum;
    }

    /**
     * The runs as COCO's compressed text (pycocotools, {@code rleToString}): each as the difference to the one before the
     * last, in groups of five bits, the lowest first, from the letter '0' on.
     */
    public String counts() {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < runs.length; i++) {
            long rest = i > 2 ? (long) runs[i] - runs[i - 2] : runs[i];
            boolean more = true;
            while (more) {
                long group = rest & 0x1F;
                rest >>= 5;
                more = (group & 0x10) != 0 ? rest != -1 : rest != 0;
                out.append((char) ((more ? group | 0x20 : group) + '0'));
            }
        }
        return out.toString();
    }

    public int[] runs() {
        return runs.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Mask mask
                && mask.width == width
                && mask.height == height
                && Arrays.equals(mask.runs, runs);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(runs);
    }

    @Override
    public String toString() {
        return "Mask[" + width + " x " + height + ", " + area() + " pixels]";
    }

    /** Runs under construction. */
    private static final class Runs {
        private int[] lengths = new int[64];
        private int count = 1;

        void append(boolean inside, int length) {
            if (length == 0) {
                return;
            }
            // Even places are outside.
            if (inside == (count % 2 == 1)) {
                if (count == lengths.length) {
                    lengths = Arrays.copyOf(lengths, 2 * count);
                }
                count++;
            }
            lengths[count - 1] += length;
        }

        int[] finish() {
            return Arrays.copyOf(lengths, count);
        }
    }
}

package io.penstock.vision.tensor;

import io.penstock.pipeline.frame.Picture;
import java.util.Arrays;

/**
 * Makes a picture smaller by means over what each pixel covers: OpenCV's INTER_AREA. Each source row is scaled
 * horizontally once, in floats, and added to the rows that it belongs to with its share.
 */
final class AreaScaler {
    /** Where along one axis each target reads, and with what weights. */
    private static final class Cover {
        private final int[] first;
        private final float[][] weights;

        private Cover(int[] first, float[][] weights) {
            this.first = first;
            this.weights = weights;
        }

        static Cover of(int source, int content, int from, int count) {
            int[] first = new int[count];
            float[][] weights = new float[count][];
            double scale = (double) source / content;
            for (int i = 0; i < count; i++) {
                double start = (from + i) * scale;
                double end = Math.min(start + scale, source);
                int low = (int) Math.floor(start + 1e-6);
                int high = Math.max(low + 1, (int) Math.ceil(end - 1e-6));
                first[i] = Math.min(low, source - 1);
                weights[i] = new float[Math.min(high, source) - first[i]];
                for (int j = 0; j < weights[i].length; j++) {
                    double share = Math.min(end, first[i] + j + 1.0) - Math.max(start, first[i] + j);
                    weights[i][j] = (float) (share / (end - start));
                }
            }
            return new Cover(first, weights);
        }
    }

    private AreaScaler() {}

    /** Whether neither axis is made longer; OpenCV does something else where one is. */
    static boolean shrinks(Placement placement) {
        return placement.content().width() <= placement.source().width()
                && placement.content().height() <= placement.source().height();
    }

    /** Writes {@code height} rows of {@code width} pixels that are inside the network's input. */
    static void scale(Picture picture, Placement placement, TensorRows rows, int width, int height) {
        int skipX = Math.max(0, -placement.left());
        int skipY = Math.max(0, -placement.top());
        int top = Math.max(0, placement.top());
        Cover across = Cover.of(picture.width(), placement.content().width(), skipX, width);
        Cover down = Cover.of(picture.height(), placement.content().height(), skipY, height);
        PackedRows source = new PackedRows(picture);
        int[] packed = new int[picture.width() + 1];
        float[][] row = new float[3][width];
        float[][] sum = new float[3][width];
        int[][] out = new int[3][width];
        int held = -1;
        for (int y = 0; y < height; y++) {
            for (float[] colour : sum) {
                Arrays.fill(colour, 0);
            }
            for (int i = 0; i < down.weights[y].length; i++) {
                int wanted = down.first[y] + i;
                if (held != wanted) {
                    source.read(wanted, packed);
                    for (int colour = 0; colour < 3; colour++) {
                        shrink(packed, across, 8 * colour, row[colour]);
                    }
                    held = wanted;
                }
                for (int colour = 0; colour < 3; colour++) {
                    add(row[colour], down.weights[y][i], sum[colour]);
                }
            }
            for (int colour = 0; colour < 3; colour++) {
                round(sum[colour], out[colour]);
            }
            rows.write(top + y, out[0], out[1], out[2], width);
        }
    }

    private static void shrink(int[] packed, Cover across, int shift, float[] out) {
        for (int x = 0; x < out.length; x++) {
            float[] weights = across.weights[x];
            int first = across.first[x];
            float sum = 0;
            for (int i = 0; i < weights.length; i++) {
                sum += ((packed[first + i] >>> shift) & 0xFF) * weights[i];
            }
            out[x] = sum;
        }
    }

    private static void add(float[] row, float weight, float[] sum) {
        for (int x = 0; x < sum.length; x++) {
            sum[x] += row[x] * weight;
        }
    }

    private static void round(float[] sum, int[] out) {
        for (int x = 0; x < out.length; x++) {
            out[x] = (int) (sum[x] + 0.5f);
        }
    }
}

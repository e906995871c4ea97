package io.penstock.vision.tensor;

import io.penstock.pipeline.frame.ColourSpace;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Pictures of noise for tests, with padding at the ends of their rows. */
final class Pictures {
    private static final int PADDING = 3;

    private Pictures() {}

    static Picture noise(int width, int height, PixelFormat format, ColourSpace space, long seed) {
        Random random = new Random(seed);
        List<Picture.Plane> planes = new ArrayList<>();
        for (int i = 0; i < format.planes(); i++) {
            int bytes = format == PixelFormat.RGB24 ? 3 * width : format.planeWidth(i, width);
            int rows = format.planeHeight(i, height);
            int stride = bytes + PADDING;
            byte[] samples = new byte[stride * rows - PADDING];
            random.nextBytes(samples);
            planes.add(new Picture.Plane(MemorySegment.ofArray(samples), stride));
        }
        return new Picture(width, height, format, space, planes, () -> {});
    }

    static int sample(Picture picture, int plane, int x, int y) {
        Picture.Plane samples = picture.plane(plane);
        return samples.data().get(ValueLayout.JAVA_BYTE, (long) y * samples.stride() + x) & 0xFF;
    }
}

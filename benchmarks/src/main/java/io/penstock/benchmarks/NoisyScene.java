package io.penstock.benchmarks;

import io.penstock.pipeline.frame.Picture;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/** A picture of 1280 x 720 with gradients and a little noise, which compresses as photos do. */
final class NoisyScene {
    private NoisyScene() {}

    static Picture picture() {
        Random random = new Random(1);
        byte[] pixels = new byte[1280 * 720 * 3];
        for (int i = 0; i < pixels.length; i++) {
            int x = i / 3 % 1280;
            pixels[i] = (byte) (60 + x / 10 + 30 * Math.sin(i / 3840.0 / 9) + random.nextInt(8));
        }
        return Picture.rgb(1280, 720, MemorySegment.ofArray(pixels));
    }
}

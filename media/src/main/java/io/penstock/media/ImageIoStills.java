package io.penstock.media;

import io.penstock.pipeline.frame.Picture;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import javax.imageio.ImageIO;

/** The JDK's own decoders, for what FFmpeg refuses. Apart, so that they are loaded only then. */
final class ImageIoStills {
    private ImageIoStills() {}

    /** The picture as RGB24 without its alpha; nothing where these decoders refuse it too. */
    static Optional<Picture> decode(MemorySegment encoded) {
        BufferedImage image;
        try {
            image = ImageIO.read(new ByteArrayInputStream(encoded.toArray(ValueLayout.JAVA_BYTE)));
        } catch (IOException | RuntimeException e) {
            // The JDK's decoders throw what they like at damaged pictures.
            return Optional.empty();
        }
        if (image == null) {
            return Optional.empty();
        }
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] rgb = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
        int[] row = new int[width];
        int at = 0;
        for (int y = 0; y < height; y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int pixel : row) {
                rgb[at++] = (byte) (pixel >> 16);
                rgb[at++] = (byte) (pixel >> 8);
                rgb[at++] = (byte) pixel;
            }
        }
        return Optional.of(Picture.rgb(width, height, MemorySegment.ofArray(rgb)));
    }
}

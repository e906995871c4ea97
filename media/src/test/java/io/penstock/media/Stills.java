package io.penstock.media;

import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Stills made by the JDK, for tests. */
final class Stills {
    /** The display matrices of a video's track, a, b, c and d of each, that mean EXIF's orientations from 1 on. */
    private static final int[][] MATRICES = {
        {1, 0, 0, 1},
        {-1, 0, 0, 1},
        {-1, 0, 0, -1},
        {1, 0, 0, -1},
        {0, 1, 1, 0},
        {0, 1, -1, 0},
        {0, -1, -1, 0},
        {0, -1, 1, 0}
    };

    private Stills() {}

    static int[] matrix(int orientation) {
        return MATRICES[orientation - 1].clone();
    }

    /** A gradient with a few shapes; every corner differs. */
    static BufferedImage scene(int width, int height, int type) {
        BufferedImage image = new BufferedImage(width, height, type);
        Graphics2D graphics = image.createGraphics();
        graphics.setPaint(new GradientPaint(0, 0, new Color(200, 40, 30), width, height, new Color(20, 90, 220)));
        graphics.fillRect(0, 0, width, height);
        graphics.setColor(new Color(30, 200, 60));
        graphics.fillRect(0, 0, width / 3, height / 4);
        graphics.setColor(Color.WHITE);
        graphics.fillOval(width / 2, height / 2, width / 3, height / 3);
        graphics.dispose();
        return image;
    }

    static byte[] encoded(BufferedImage image, String format) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            if (!ImageIO.write(image, format, out)) {
                throw new IllegalStateException("no writer for " + format);
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] jpeg(BufferedImage image, float quality, boolean progressive) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam parameters = writer.getDefaultWriteParam();
        parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setCompressionQuality(quality);
        parameters.setProgressiveMode(progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ImageOutputStream stream = ImageIO.createImageOutputStream(out)) {
            writer.setOutput(stream);
            writer.write(null, new IIOImage(image, null, null), parameters);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return out.toByteArray();
    }

    /** The JPEG with an EXIF block that says this orientation. */
    static byte[] oriented(byte[] jpeg, int orientation, boolean little) {
        // A TIFF header, one entry (tag 0x0112, type SHORT, count 1, the value), and no next directory.
        String header = little
                ? "49492a0008000000" + "0100" + "12010300" + "01000000"
                : "4d4d002a00000008" + "0001" + "01120003" + "00000001";
        String value = String.format(Locale.ROOT, little ? "%02x000000" : "00%02x0000", orientation);
        byte[] tiff = HexFormat.of().parseHex(header + value + "00000000");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(jpeg, 0, 2);
        out.writeBytes(
                new byte[] {(byte) 0xFF, (byte) 0xE1, 0, (byte) (2 + 6 + tiff.length), 'E', 'x', 'i', 'f', 0, 0});
        out.writeBytes(tiff);
        out.write(jpeg, 2, jpeg.length - 2);
        return out.toByteArray();
    }

    /** Fails unless every pixel is where EXIF says that the stored top row and left column are. */
    static void requireTurned(Picture stored, Picture upright, int orientation) {
        int w = stored.width();
        int h = stored.height();
        boolean swapped = orientation >= 5;
        if (upright.width() != (swapped ? h : w) || upright.height() != (swapped ? w : h)) {
            throw new AssertionError(w + " x " + h + " became " + upright.width() + " x " + upright.height()
                    + " by orientation " + orientation);
        }
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                int[] to = switch (orientation) {
                    case 2 -> new int[] {w - 1 - x, y};
                    case 3 -> new int[] {w - 1 - x, h - 1 - y};
                    case 4 -> new int[] {x, h - 1 - y};
                    case 5 -> new int[] {y, x};
                    case 6 -> new int[] {h - 1 - y, x};
                    case 7 -> new int[] {h - 1 - y, w - 1 - x};
                    case 8 -> new int[] {y, w - 1 - x};
                    default -> new int[] {x, y};
                };
                if (rgb(upright, to[0], to[1]) != rgb(stored, x, y)) {
                    throw new AssertionError("orientation " + orientation + " of " + stored.format() + " " + w + " x "
                            + h + " at " + x + ", " + y);
                }
            }
        }
    }

    static BufferedImage decoded(byte[] still) {
        try {
            return ImageIO.read(new ByteArrayInputStream(still));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Colour at a pixel as 0xRRGGBB, of any format, by JPEG's formulas. */
    static int rgb(Picture picture, int x, int y) {
        PixelFormat format = picture.format();
        if (format == PixelFormat.RGB24) {
            return sample(picture, 0, 3 * x, y) << 16
                    | sample(picture, 0, 3 * x + 1, y) << 8
                    | sample(picture, 0, 3 * x + 2, y);
        }
        double luma = sample(picture, 0, x, y);
        double cb = 0;
        double cr = 0;
        if (format.isYuv()) {
            int chromaX = format.planeWidth(1, 2) == 1 ? x / 2 : x;
            int chromaY = format.planeHeight(1, 2) == 1 ? y / 2 : y;
            cb = sample(picture, 1, chromaX, chromaY) - 128;
            cr = sample(picture, 2, chromaX, chromaY) - 128;
        }
        return clamped(luma + 1.402 * cr) << 16
                | clamped(luma - 0.344136 * cb - 0.714136 * cr) << 8
                | clamped(luma + 1.772 * cb);
    }

    private static int clamped(double value) {
        return (int) Math.clamp(Math.rint(value), 0, 255);
    }

    private static int sample(Picture picture, int plane, int x, int y) {
        Picture.Plane samples = picture.plane(plane);
        return samples.data().get(ValueLayout.JAVA_BYTE, (long) y * samples.stride() + x) & 0xFF;
    }

    /** Mean difference of a channel from the same still as the JDK has it. */
    static double meanDifference(Picture picture, BufferedImage expected) {
        long sum = 0;
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                sum += difference(rgb(picture, x, y), expected.getRGB(x, y));
            }
        }
        return (double) sum / (3L * picture.width() * picture.height());
    }

    static int difference(int rgb, int other) {
        return Math.abs((rgb >> 16 & 0xFF) - (other >> 16 & 0xFF))
                + Math.abs((rgb >> 8 & 0xFF) - (other >> 8 & 0xFF))
                + Math.abs((rgb & 0xFF) - (other & 0xFF));
    }

    static MemorySegment memory(byte[] bytes) {
        return MemorySegment.ofArray(bytes);
    }

    static byte[] cut(byte[] bytes, int length) {
        return Arrays.copyOf(bytes, length);
    }

    /** 24 x 16: red, blue, green and white, a quarter each; WebP and CMYK, which the JDK does not write. */
    static byte[] quarters(String kind) {
        return Base64.getDecoder()
                .decode(
                        switch (kind) {
                            case "lossy" ->
                                "UklGRmAAAABXRUJQVlA4IFQAAACwAwCdASoYABAALk02m02hJCQkBABMS1AFiEQBV/+4AAm7EbUSIgD+8p9kL/ST"
                                        + "t/8Wh8FfH1UY/+/zkv05//uyfrn5YGmp//67Pu/7GQIuwsilwAA=";
                            case "lossless" ->
                                "UklGRkIAAABXRUJQVlA4TDYAAAAvF8ADAB8gJCD2qIb539wQEhDdNsetIhAgUqwptWb+40/QhECYbTTJSU7y/kcQ"
                                        + "0f9Qq+c24Ak=";
                            case "alpha" ->
                                "UklGRoQAAABXRUJQVlA4WAoAAAAQAAAAFwAADwAAQUxQSAoAAAABB1CyiAhERP8DVlA4IFQAAACwAwCdASoYABAA"
                                        + "Lk02m02hJCQkBABMS1AFiEQBV/+4AAm7EbUSIgD+8p9kL/STt/8Wh8FfH1UY/+/zkv05//uyfrn5YGmp"
                                        + "//67Pu/7GQIuwsilwAA=";
                            case "cmyk" ->
                                "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2Rjcs"
                                        + "LUBXQUZMTlJTUjI+WmFaUGBKUVJP/8AAFAgAEAAYBEMRAE0RAFkRAEsRAP/EABkAAAMBAQEAAAAAAAAA"
                                        + "AAAAAAAGBwUDBP/EABwQAQABBAMAAAAAAAAAAAAAAAAHBUWDwkOBwf/aAA4EQwBNAFkASwAAPwBsJJDU"
                                        + "4kSTbcuj30vl69PUZXPFuCQ0D2HZQ0cCixJdsO7RpPL16fIwueLcKK0T4H//2Q==";
                            default -> throw new IllegalArgumentException(kind);
                        });
    }

    /** A WebP's header alone, which claims a size. */
    static byte[] webpHeader(int width, int height) {
        int sizes = (width - 1) | (height - 1) << 14;
        return new byte[] {
            'R',
            'I',
            'F',
            'F',
            22,
            0,
            0,
            0,
            'W',
            'E',
            'B',
            'P',
            'V',
            'P',
            '8',
            'L',
            10,
            0,
            0,
            0,
            0x2F,
            (byte) sizes,
            (byte) (sizes >> 8),
            (byte) (sizes >> 16),
            (byte) (sizes >> 24),
            0,
            0,
            0,
            0,
            0
        };
    }
}

package io.penstock.vision.draw;

import io.penstock.pipeline.frame.Mask;
import io.penstock.pipeline.frame.Picture;
import io.penstock.vision.tensor.PackedRows;
import java.lang.foreign.MemorySegment;

/** RGB24 pixels that are drawn on; everything is clipped to them. For one thread. */
final class Canvas {
    private final int width;
    private final int height;
    private final byte[] pixels;

    /** A copy of the picture. */
    Canvas(Picture picture) {
        this.width = picture.width();
        this.height = picture.height();
        this.pixels = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
        PackedRows rows = new PackedRows(picture);
        int[] row = new int[width];
        int at = 0;
        for (int y = 0; y < height; y++) {
            rows.read(y, row);
            for (int pixel : row) {
                pixels[at++] = (byte) pixel;
                pixels[at++] = (byte) (pixel >> 8);
                pixels[at++] = (byte) (pixel >> 16);
            }
        }
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    Picture picture() {
        return Picture.rgb(width, height, MemorySegment.ofArray(pixels));
    }

    /** Fills the rectangle from (left, top) up to but without (right, bottom). */
    void fill(int left, int top, int right, int bottom, Colour colour) {
        int from = Math.clamp(left, 0, width);
        int to = Math.clamp(right, from, width);
        for (int y = Math.max(0, top); y < Math.min(height, bottom); y++) {
            int at = 3 * (y * width + from);
            for (int x = from; x < to; x++) {
                pixels[at++] = (byte) colour.red();
                pixels[at++] = (byte) colour.green();
                pixels[at++] = (byte) colour.blue();
            }
        }
    }

    /** Lets a colour shine through the pixels that a mask sets within the rectangle, mixed in by {@code share}. */
    void shade(Mask mask, TagPlacement.Rectangle within, Colour colour, float share) {
        int from = Math.max(0, within.left());
        int to = Math.min(width, within.right());
        int highest = Math.max(0, within.top());
        int lowest = Math.min(height, within.bottom());
        mask.forEachRun((x, top, bottom) -> {
            if (x >= from && x < to) {
                for (int y = Math.max(top, highest); y < Math.min(bottom, lowest); y++) {
                    blend(3 * (y * width + x), share, colour);
                }
            }
        });
    }

    /** Draws a straight line with round ends and smooth edges; one of no length is a disc. */
    void line(Segment line, float radius, Colour colour, float share) {
        float reach = radius + 1;
        int lowest = (int) Math.min(height - 1f, Math.max(line.y1(), line.y2()) + reach);
        for (int y = (int) Math.max(0, Math.min(line.y1(), line.y2()) - reach); y <= lowest; y++) {
            // Only the columns that a long slanting line comes near to in this row, not all that it spans.
            float one = line.columnAt(y - reach);
            float other = line.columnAt(y + 1 + reach);
            int to = (int) Math.min(width - 1f, Math.max(one, other) + reach);
            for (int x = (int) Math.max(0, Math.min(one, other) - reach); x <= to; x++) {
                float covered = Math.clamp(radius + 0.5f - line.distance(x + 0.5f, y + 0.5f), 0f, 1f);
                blend(3 * (y * width + x), share * covered, colour);
            }
        }
    }

    /** Draws a rectangle's edge, {@code line} pixels wide, inwards from its sides. */
    void outline(int left, int top, int right, int bottom, int line, Colour colour) {
        fill(left, top, right, top + line, colour);
        fill(left, bottom - line, right, bottom, colour);
        fill(left, top, left + line, bottom, colour);
        fill(right - line, top, right, bottom, colour);
    }

    /**
     * Draws text with smooth edges: each pixel is covered as far as its centre lies within a line.
     *
     * @param scale pixels for each of the glyphs' units
     */
    void text(String text, float left, float top, float scale, Colour colour) {
        float radius = Math.max(0.55f, scale * 0.85f);
        int originX = (int) Math.floor(left - radius - 1);
        int originY = (int) Math.floor(top - radius - 1);
        int columns = (int) Math.ceil(StrokeFont.width(text) * scale + 2 * radius + 3);
        int rows = (int) Math.ceil((StrokeFont.CAP_HEIGHT + StrokeFont.DESCENT) * scale + 2 * radius + 3);
        Coverage coverage = new Coverage(columns, rows);
        float x = left - originX;
        for (int i = 0; i < text.length(); i++) {
            coverage.glyph(StrokeFont.glyph(text.charAt(i)), x, top - originY, scale, radius);
            x += StrokeFont.advance(text.charAt(i)) * scale;
        }
        for (int y = Math.max(0, -originY); y < Math.min(rows, height - originY); y++) {
            for (int column = Math.max(0, -originX); column < Math.min(columns, width - originX); column++) {
                blend(3 * ((originY + y) * width + originX + column), coverage.at(column, y), colour);
            }
        }
    }

    private void blend(int at, float share, Colour colour) {
        if (share > 0) {
            pixels[at] = mixed(pixels[at], colour.red(), share);
            pixels[at + 1] = mixed(pixels[at + 1], colour.green(), share);
            pixels[at + 2] = mixed(pixels[at + 2], colour.blue(), share);
        }
    }

    private static byte mixed(byte under, int over, float share) {
        int old = under & 0xFF;
        return (byte) Math.round(old + (over - old) * share);
    }
}

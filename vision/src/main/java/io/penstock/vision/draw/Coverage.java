package io.penstock.vision.draw;

/** How much of each pixel lines cover, 0..1; where lines meet, the larger share counts. For one thread. */
final class Coverage {
    private final int columns;
    private final int rows;
    private final float[] shares;

    Coverage(int columns, int rows) {
        this.columns = columns;
        this.rows = rows;
        this.shares = new float[columns * rows];
    }

    float at(int x, int y) {
        return shares[y * columns + x];
    }

    /** A glyph whose top left corner is at (left, top). */
    void glyph(String glyph, float left, float top, float scale, float radius) {
        int at = 2;
        while (at + 1 < glyph.length()) {
            if (glyph.charAt(at) == ' ') {
                at++;
                continue;
            }
            float x = left + Character.digit(glyph.charAt(at), 16) * scale;
            float y = top + Character.digit(glyph.charAt(at + 1), 16) * scale;
            at += 2;
            while (at + 1 < glyph.length() && glyph.charAt(at) != ' ') {
                float nextX = left + Character.digit(glyph.charAt(at), 16) * scale;
                float nextY = top + Character.digit(glyph.charAt(at + 1), 16) * scale;
                line(x, y, nextX, nextY, radius);
                x = nextX;
                y = nextY;
                at += 2;
            }
        }
    }

    /** A line with round ends; one of no length is a dot. */
    private void line(float x1, float y1, float x2, float y2, float radius) {
        float reach = radius + 1;
        int fromX = Math.max(0, (int) (Math.min(x1, x2) - reach));
        int toX = Math.min(columns - 1, (int) (Math.max(x1, x2) + reach));
        int fromY = Math.max(0, (int) (Math.min(y1, y2) - reach));
        int toY = Math.min(rows - 1, (int) (Math.max(y1, y2) + reach));
        Segment segment = new Segment(x1, y1, x2, y2);
        for (int y = fromY; y <= toY; y++) {
            for (int x = fromX; x <= toX; x++) {
                float share = Math.clamp(radius + 0.5f - segment.distance(x + 0.5f, y + 0.5f), 0f, 1f);
                int index = y * columns + x;
                shares[index] = Math.max(shares[index], share);
            }
        }
    }
}

package io.penstock.vision.draw;

/** A straight line between two points; the same point twice is a dot. */
record Segment(float x1, float y1, float x2, float y2) {
    /** How far a point lies from the nearest point of it. */
    float distance(float x, float y) {
        float alongX = x2 - x1;
        float alongY = y2 - y1;
        float squared = alongX * alongX + alongY * alongY;
        float dx = x - x1;
        float dy = y - y1;
        float t = squared == 0 ? 0 : Math.clamp((dx * alongX + dy * alongY) / squared, 0f, 1f);
        float offX = dx - t * alongX;
        float offY = dy - t * alongY;
        return (float) Math.sqrt(offX * offX + offY * offY);
    }

    /** Where it crosses a row, or its end nearest to that row; a level line has one end above it and one below. */
    float columnAt(float y) {
        if (Math.abs(y2 - y1) < 1e-3f) {
            return y < y1 ? x1 : x2;
        }
        return x1 + (x2 - x1) * Math.clamp((y - y1) / (y2 - y1), 0f, 1f);
    }
}

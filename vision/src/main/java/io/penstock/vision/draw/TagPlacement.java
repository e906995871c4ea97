package io.penstock.vision.draw;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds room for labels: inside the picture, and off labels that lie there already. */
final class TagPlacement {
    private final int width;
    private final int height;
    private final List<Rectangle> taken = new ArrayList<>();

    /** Whole pixels; right and bottom lie just outside. */
    record Rectangle(int left, int top, int right, int bottom) {
        int width() {
            return right - left;
        }

        int height() {
            return bottom - top;
        }

        private long shared(Rectangle other) {
            long across = (long) Math.min(right, other.right) - Math.max(left, other.left);
            long down = (long) Math.min(bottom, other.bottom) - Math.max(top, other.top);
            return across <= 0 || down <= 0 ? 0 : across * down;
        }
    }

    TagPlacement(int width, int height) {
        this.width = width;
        this.height = height;
    }

    /**
     * A place for a label of this size at this box: above it, else inside, else below, else beside; at its left, else its
     * right. Empty where each would hide a part of another label: then the box alone is shown.
     */
    Optional<Rectangle> place(Rectangle box, int tagWidth, int tagHeight) {
        int[] tops = {box.top - tagHeight, box.top, box.bottom, box.bottom - tagHeight, box.top + tagHeight};
        int[] lefts = {box.left, box.right - tagWidth, box.right, box.left - tagWidth};
        Optional<Rectangle> best = Optional.empty();
        long least = Long.MAX_VALUE;
        for (int top : tops) {
            for (int left : lefts) {
                Rectangle tag = inside(left, top, tagWidth, tagHeight);
                // Pushed inside the picture it may leave its box; one that was not moved is better.
                long moved = (long) Math.abs(tag.top - top) + Math.abs(tag.left - left);
                if (moved < least && taken.stream().noneMatch(other -> tag.shared(other) > 0)) {
                    least = moved;
                    best = Optional.of(tag);
                }
            }
        }
        best.ifPresent(taken::add);
        return best;
    }

    private Rectangle inside(int left, int top, int tagWidth, int tagHeight) {
        int x = Math.clamp(left, 0, Math.max(0, width - tagWidth));
        int y = Math.clamp(top, 0, Math.max(0, height - tagHeight));
        return new Rectangle(x, y, x + tagWidth, y + tagHeight);
    }
}

package io.penstock.vision.tensor;

/** How a picture of any size is laid into a network's input. */
public enum Fit {
    /** Keeps proportions, bars on both sides: Ultralytics' letterbox, whose rounding it repeats. */
    CENTRED {
        @Override
        public Placement place(Size source, Size target) {
            double scale = containing(source, target);
            // Python's round() and Math.rint() both take a half to the even neighbour.
            Size content = content(Math.rint(source.width() * scale), Math.rint(source.height() * scale));
            int left = (int) Math.rint((target.width() - content.width()) / 2.0 - 0.1);
            int top = (int) Math.rint((target.height() - content.height()) / 2.0 - 0.1);
            return new Placement(source, target, content, left, top);
        }
    },
    /** Keeps proportions, bars at the right and at the bottom: YOLOX's letterbox, which rounds down. */
    TOP_LEFT {
        @Override
        public Placement place(Size source, Size target) {
            double scale = containing(source, target);
            Size content = content(Math.floor(source.width() * scale), Math.floor(source.height() * scale));
            return new Placement(source, target, content, 0, 0);
        }
    },
    /** Fills the input and lets proportions go. */
    STRETCH {
        @Override
        public Placement place(Size source, Size target) {
            return new Placement(source, target, target, 0, 0);
        }
    },
    /** Keeps proportions, fills the input, and cuts off equally on both sides what does not fit. */
    COVER {
        @Override
        public Placement place(Size source, Size target) {
            double scale =
                    Math.max((double) target.width() / source.width(), (double) target.height() / source.height());
            int width = Math.max(target.width(), (int) Math.rint(source.width() * scale));
            int height = Math.max(target.height(), (int) Math.rint(source.height() * scale));
            return new Placement(
                    source,
                    target,
                    new Size(width, height),
                    -((width - target.width()) / 2),
                    -((height - target.height()) / 2));
        }
    };

    /** Where a picture of size {@code source} comes to lie in an input of size {@code target}. */
    public abstract Placement place(Size source, Size target);

    private static double containing(Size source, Size target) {
        return Math.min((double) target.width() / source.width(), (double) target.height() / source.height());
    }

    /** A very long and thin picture keeps at least one pixel of its thin side. */
    private static Size content(double width, double height) {
        return new Size(Math.max(1, (int) width), Math.max(1, (int) height));
    }
}

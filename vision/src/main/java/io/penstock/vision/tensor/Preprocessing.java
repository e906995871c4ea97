package io.penstock.vision.tensor;

/**
 * What a picture goes through before a network: fitted into {@code fitted}, of which the middle {@code size} is kept.
 *
 * @param fitted what the picture is scaled for; larger than {@code size} where its edges are cropped
 * @param size of the network's input
 */
public record Preprocessing(Fit fit, Size fitted, Size size, TensorFormat format, Resampling resampling) {
    public Preprocessing {
        if (fitted.width() < size.width() || fitted.height() < size.height()) {
            throw new IllegalArgumentException("a crop of " + size + " does not fit into " + fitted);
        }
    }

    /** Without a crop, bilinear. */
    public Preprocessing(Fit fit, Size size, TensorFormat format) {
        this(fit, size, size, format, Resampling.BILINEAR);
    }

    /** Where a picture of this size comes to lie in the network's input. */
    public Placement place(Size source) {
        Placement whole = fit.place(source, fitted);
        // torchvision's and OpenCV's centre crop: half of what is left over, to the even neighbour.
        int left = (int) Math.rint((fitted.width() - size.width()) / 2.0);
        int top = (int) Math.rint((fitted.height() - size.height()) / 2.0);
        return new Placement(source, size, whole.content(), whole.left() - left, whole.top() - top);
    }

    public TensorWriter writer() {
        return new TensorWriter(this);
    }

    /** {@code 640 x 640, centred}, in the words of a sentence. */
    public String sentence() {
        String place = switch (fit) {
            case CENTRED -> "proportions kept, centred on gray " + format.pad();
            case TOP_LEFT -> "proportions kept, at the top left on gray " + format.pad();
            case STRETCH -> "stretched";
            case COVER -> "proportions kept, edges cut off";
        };
        return size + " (" + place + (fitted.equals(size) ? "" : ", the middle of " + fitted) + ")"
                + (resampling == Resampling.AREA ? " by area" : "") + " as " + format.sentence();
    }
}

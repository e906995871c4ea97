package io.penstock.spec;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One step before or after the model. */
public sealed interface StepSpec {
    /** Takes a step's place in a list: what it needs and what it leaves. */
    enum Stage {
        PICTURE,
        PLACED_PICTURE,
        TENSORS,
        FINDINGS
    }

    /** What must have been made before this step. */
    default Stage needs() {
        return switch (this) {
            case DecodeImage _, Letterbox _, Resize _ -> Stage.PICTURE;
            case ToTensor _ -> Stage.PLACED_PICTURE;
            case Detections _ -> Stage.TENSORS;
        };
    }

    /** What is there after this step. */
    default Stage leaves() {
        return switch (this) {
            case DecodeImage _ -> Stage.PICTURE;
            case Letterbox _, Resize _ -> Stage.PLACED_PICTURE;
            case ToTensor _ -> Stage.TENSORS;
            case Detections _ -> Stage.FINDINGS;
        };
    }

    /** JPEG, PNG, WebP or BMP to a picture. */
    @Field("Decodes JPEG, PNG, WebP or BMP; an EXIF orientation is applied. A frame that is a picture already passes.")
    record DecodeImage() implements StepSpec {}

    /** Fits the picture into a size without distorting it. */
    @Field("Fits the picture into a size without distorting it, and fills the rest.")
    record Letterbox(
            @Field(value = "Width of the network's input, pixels.", min = 1, max = 16384)
            int width,

            @Field(value = "Height of the network's input, pixels.", min = 1, max = 16384)
            int height,

            @Field(value = "Gray level of what the picture does not cover.", byDefault = "114", min = 0, max = 255)
            int pad,

            @Field(value = "Where the picture lies in it.", byDefault = "centre")
            Place place)
            implements StepSpec {}

    /** Where a letterboxed picture lies. */
    enum Place {
        CENTRE("centre"),
        TOP_LEFT("topLeft");

        private final String written;

        Place(String written) {
            this.written = written;
        }

        @Override
        public String toString() {
            return written;
        }
    }

    /** Scales the picture to a size, whatever its shape. */
    @Field("Scales the picture to a size, whatever its shape.")
    record Resize(
            @Field(value = "Width, pixels.", min = 1, max = 16384)
            int width,

            @Field(value = "Height, pixels.", min = 1, max = 16384)
            int height)
            implements StepSpec {}

    /** Pixels to numbers. */
    @Field("Turns the pixels into the model's input: (value x scale - mean) / std.")
    record ToTensor(
            @Field(value = "Channels first or last.", byDefault = "NCHW")
            TensorLayout layout,

            @Field(value = "Order of the channels.", byDefault = "RGB")
            ChannelOrder order,

            @Field(value = "What each value 0..255 is multiplied by.", byDefault = "0.00392156862745098")
            double scale,

            @Field(value = "Subtracted from each channel after scaling.", byDefault = "[0, 0, 0]", min = 3, max = 3)
            List<Double> mean,

            @Field(value = "Each channel is divided by it at last.", byDefault = "[1, 1, 1]", min = 3, max = 3)
            List<Double> std,

            @Field(value = "Type of the elements.", byDefault = "FP32")
            ElementType type)
            implements StepSpec {
        public ToTensor {
            mean = List.copyOf(mean);
            std = List.copyOf(std);
            if (std.stream().anyMatch(deviation -> deviation == 0)) {
                throw new IllegalArgumentException("std must not hold 0: " + std);
            }
        }
    }

    /** Order of a tensor's dimensions. */
    enum TensorLayout {
        NCHW,
        NHWC
    }

    /** Order of a pixel's channels. */
    enum ChannelOrder {
        RGB,
        BGR
    }

    /** Types that pictures are turned into. */
    enum ElementType {
        FP32,
        UINT8
    }

    /** Boxes, labels and scores from a detector's outputs. */
    @Field("Reads boxes, labels and scores from a detector's outputs.")
    record Detections(
            @Field(value = "How the outputs are laid out; auto recognises it and says how.", byDefault = "auto")
            DetectorLayout layout,

            @Field(value = "Names of the classes: coco, or a list; absent, what the model's file says.", max = 10000)
            Optional<Labels> labels,

            @Field(value = "Boxes that score less are left out.", byDefault = "0.5", min = 0, max = 1)
            double scoreThreshold,

            @Field(value = "Thresholds of single classes, by label.", byDefault = "{}", max = 10000)
            Map<String, Double> perClass,

            @Field(
                    value = "Of two boxes of a class that overlap more, only the better is kept.",
                    byDefault = "0.45",
                    min = 0,
                    max = 1)
            double iouThreshold,

            @Field(value = "At most so many boxes a picture.", byDefault = "300", min = 1, max = 10000)
            int maxDetections)
            implements StepSpec {
        public Detections {
            perClass = Map.copyOf(perClass);
        }
    }

    /**
     * Names of a detector's classes.
     *
     * @param names by class number, from 0; empty for the 80 names of COCO
     */
    record Labels(List<String> names) {
        public static final Labels COCO = new Labels(List.of());

        public Labels {
            names = List.copyOf(names);
        }

        public boolean isCoco() {
            return names.isEmpty();
        }
    }

    /** Layouts of detectors' outputs. */
    enum DetectorLayout {
        AUTO,
        YOLOX,
        YOLOV8;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

package io.penstock.spec;

import java.time.Duration;
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
            case Crop _, ToTensor _ -> Stage.PLACED_PICTURE;
            case Detections _, Classify _, Embed _ -> Stage.TENSORS;
            case Zones _, Track _, Lines _, Colours _, Infer _ -> Stage.FINDINGS;
        };
    }

    /** What is there after this step. */
    default Stage leaves() {
        return switch (this) {
            case DecodeImage _ -> Stage.PICTURE;
            case Letterbox _, Resize _, Crop _ -> Stage.PLACED_PICTURE;
            case ToTensor _ -> Stage.TENSORS;
            case Detections _, Classify _, Embed _, Zones _, Track _, Lines _, Colours _, Infer _ -> Stage.FINDINGS;
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
            int height,

            @Field(
                    value = "Keeps the picture's proportions: it covers the size, and what is over is cut off evenly.",
                    byDefault = "false")
            boolean keepAspect,

            @Field(value = "How pixels are scaled, as OpenCV's INTER_LINEAR or INTER_AREA.", byDefault = "bilinear")
            Interpolation interpolation)
            implements StepSpec {}

    /** How pixels are scaled. */
    enum Interpolation {
        BILINEAR,
        AREA;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The middle of the picture. */
    @Field("Keeps the middle of the fitted picture.")
    record Crop(
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
        FP16,
        UINT8
    }

    /** Boxes, labels and scores from a detector's outputs. */
    @Field("Reads boxes, labels and scores from a detector's outputs.")
    record Detections(
            @Field(value = "How the outputs are laid out; auto recognises it and says how.", byDefault = "auto")
            DetectorLayout layout,

            @Field(
                    "Widths and heights of the anchors in turn, those of the finest stride first: pixels at the network's"
                            + " size, for `yolov2` cells. One list, or one for each head; absent, the published ones.")
            Optional<Anchors> anchors,

            @Field(
                    value = "Names of the classes: a known set, or a list; absent, what the model's file says.",
                    max = 100000)
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
            int maxDetections,

            @Field(value = "Boxes of different classes suppress one another, too.", byDefault = "false")
            boolean agnostic,

            @Field(value = "Other names for labels in results, by label.", byDefault = "{}", max = 10000)
            Map<String, String> translate,

            @Field("Looks at parts of the picture as well, for objects that are small in it.")
            Optional<Tiles> tiles)
            implements StepSpec {
        public Detections {
            perClass = Map.copyOf(perClass);
            translate = Map.copyOf(translate);
        }

        /** What is meant where nothing is written. */
        public static Detections usual() {
            return new Detections(
                    DetectorLayout.AUTO,
                    Optional.empty(),
                    Optional.empty(),
                    0.5,
                    Map.of(),
                    0.45,
                    300,
                    false,
                    Map.of(),
                    Optional.empty());
        }
    }

    /**
     * Sizes of the anchors that a detector was trained with, as its training tool writes them.
     *
     * @param lists widths and heights in turn: one list of all, one a head or one an anchor
     */
    record Anchors(List<List<Double>> lists) {
        public Anchors {
            lists = lists.stream().map(List::copyOf).toList();
            if (lists.isEmpty()) {
                throw new IllegalArgumentException("must not be empty");
            }
            for (List<Double> list : lists) {
                if (list.isEmpty() || list.size() % 2 != 0) {
                    throw new IllegalArgumentException("must have a width and a height for each anchor: " + list);
                }
                for (double side : list) {
                    if (!(side > 0 && side < Double.POSITIVE_INFINITY)) {
                        throw new IllegalArgumentException("must be sizes above 0: " + side);
                    }
                }
            }
        }
    }

    /** Parts of a picture that are looked at one by one. */
    @Field("Cuts the picture into tiles that overlap, and puts them to the model as one batch.")
    record Tiles(
            @Field(value = "Tiles side by side.", byDefault = "2", min = 1, max = 16)
            int columns,

            @Field(value = "Tiles one above another.", byDefault = "2", min = 1, max = 16)
            int rows,

            @Field(value = "Share of a tile that the next one shows, too.", byDefault = "0.2", min = 0, max = 1)
            double overlap,

            @Field(value = "Whether the whole picture is looked at as well, for large objects.", byDefault = "true")
            boolean whole) {
        public Tiles {
            if (overlap > 0.9) {
                throw new IllegalArgumentException("overlap must be at most 0.9: " + overlap);
            }
        }
    }

    /** Keeps the objects of some parts of the picture. */
    @Field("Keeps objects inside any of the first areas and outside all of the others.")
    record Zones(
            @Field(
                    value = "Areas whose objects are kept: each a list of corners [x, y] in pixels of the source;"
                            + " none keeps all.",
                    byDefault = "[]",
                    max = 1000)
            List<List<List<Double>>> include,

            @Field(value = "Areas whose objects are left out.", byDefault = "[]", max = 1000)
            List<List<List<Double>>> exclude,

            @Field(
                    value =
                            "Areas by name, in which objects are counted; behind track, how long they stay is told, too.",
                    byDefault = "{}",
                    max = 1000)
            Map<String, List<List<Double>>> count,

            @Field(value = "Which point of an object's box decides.", byDefault = "centre")
            ZonePoint point)
            implements StepSpec {
        public Zones {
            include = List.copyOf(include);
            exclude = List.copyOf(exclude);
            count = Map.copyOf(count);
            require("include", include);
            require("exclude", exclude);
            require("count", List.copyOf(count.values()));
        }

        private static void require(String name, List<List<List<Double>>> areas) {
            for (List<List<Double>> area : areas) {
                if (area.size() < 3 || area.stream().anyMatch(corner -> corner.size() != 2)) {
                    throw new IllegalArgumentException(name + " has areas of at least 3 corners, each [x, y]: " + area);
                }
            }
        }
    }

    /** A point of a box. */
    enum ZonePoint {
        CENTRE,
        FOOT;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Objects followed from frame to frame. */
    @Field(
            "Follows the objects of each camera from frame to frame, as ByteTrack does: ids, trajectories, moving or not.")
    record Track(
            @Field(
                    value = "Boxes that score less than detections asks for still continue an object, down to this.",
                    byDefault = "0.1",
                    min = 0,
                    max = 1)
            double lowScore,

            @Field(
                    value = "Overlap of a box and where the object is expected, times the score, that makes them one.",
                    byDefault = "0.2",
                    min = 0,
                    max = 1)
            double minOverlap,

            @Field(
                    value = "Frames in a row in which an object is found before it has an id.",
                    byDefault = "2",
                    min = 1,
                    max = 100)
            int confirmFrames,

            @Field(value = "How long an object that is not found is remembered.", byDefault = "1s")
            Duration lostFor,

            @Field(
                    value = "Positions of each object's way that results tell, at most.",
                    byDefault = "32",
                    min = 0,
                    max = 1000)
            int trajectory,

            @Field(
                    value = "An object whose centre stays within this share of its size does not move.",
                    byDefault = "0.5",
                    min = 0,
                    max = 100)
            double stillShare)
            implements StepSpec {}

    /** Lines whose crossings are counted. */
    @Field("Counts tracked objects that cross lines. The list of lines may stand in its place.")
    record Lines(
            @Field(value = "The lines.", min = 1, max = 1000)
            List<Line> lines) implements StepSpec {
        public Lines {
            lines = List.copyOf(lines);
            if (lines.stream().map(Line::name).distinct().count() < lines.size()) {
                throw new IllegalArgumentException("lines have names of their own: "
                        + lines.stream().map(Line::name).toList());
            }
        }
    }

    /** One line on the picture. */
    @Field("A line; crossing it from left to right, seen along it, is forward.")
    record Line(
            @Field(value = "Its name in results.", pattern = "[A-Za-z0-9._ -]{1,100}")
            String name,

            @Field(value = "Where it begins, [x, y] in pixels of the source.", min = 2, max = 2)
            List<Double> from,

            @Field(value = "Where it ends.", min = 2, max = 2)
            List<Double> to,

            @Field(value = "Which point of an object's box crosses it.", byDefault = "centre")
            ZonePoint point) {
        public Line {
            from = List.copyOf(from);
            to = List.copyOf(to);
            if (from.equals(to)) {
                throw new IllegalArgumentException("a line has two ends: " + from);
            }
        }
    }

    /** The colours of objects. */
    @Field("Names the colours that each object shows most of.")
    record Colours(
            @Field(value = "Colours of each object, at most.", byDefault = "3", min = 1, max = 12)
            int most,

            @Field(value = "Share of an object that a colour must have.", byDefault = "0.15", min = 0, max = 1)
            double minShare)
            implements StepSpec {}

    /** A second model on what the first has found. */
    @Field("Calls another pipeline with the picture, or with what is inside the box of each object found.")
    record Infer(
            @Field(
                    value = "Name of the other pipeline, which runs in the same process.",
                    pattern = "[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?")
            String pipeline,

            @Field(
                    value = "Whether it is shown each object by itself; otherwise the whole picture, once.",
                    byDefault = "false")
            boolean crop,

            @Field(value = "Only objects of these labels are shown; none named: all.", byDefault = "[]", max = 10000)
            List<String> labels,

            @Field(
                    value = "How much of its width and height is added at each side of an object's box.",
                    byDefault = "0",
                    min = 0,
                    max = 2)
            double margin,

            @Field(
                    value = "At most so many objects of a picture are shown, the best; results tell how many were not.",
                    byDefault = "16",
                    min = 1,
                    max = 256)
            int maxCrops)
            implements StepSpec {
        public Infer {
            labels = List.copyOf(labels);
            if (!crop && (!labels.isEmpty() || margin > 0)) {
                throw new IllegalArgumentException("labels and margin need crop: true");
            }
        }
    }

    /** What a picture as a whole is taken for. */
    @Field("Reads what the picture as a whole is taken for, from a classifier's output.")
    record Classify(
            @Field(value = "At most so many, the best.", byDefault = "5", min = 1, max = 1000)
            int topK,

            @Field(
                    value = "Names of the classes: a known set, or a list; absent, what the model's file says.",
                    max = 100000)
            Optional<Labels> labels)
            implements StepSpec {}

    /** The picture as a vector. */
    @Field("Takes the model's output as the picture's embedding.")
    record Embed(
            @Field(value = "Scales it to a length of 1, so that products are cosines.", byDefault = "true")
            boolean normalise)
            implements StepSpec {}

    /**
     * Names of a model's classes.
     *
     * @param set a known set; empty where names are listed
     * @param names by class number, from 0; empty for a known set
     */
    record Labels(String set, List<String> names) {
        /** The known sets. */
        public static final List<String> SETS = List.of("coco", "cocoIds", "voc", "imagenet");

        public Labels {
            names = List.copyOf(names);
        }

        public static Labels of(List<String> names) {
            return new Labels("", names);
        }

        public static Labels ofSet(String set) {
            return new Labels(set, List.of());
        }
    }
}

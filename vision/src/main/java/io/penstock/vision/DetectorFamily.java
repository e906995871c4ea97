package io.penstock.vision;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Detectors whose inputs and outputs mean the same. A further family is one constant here, one arm of {@link #family}, and one
 * class beside {@link Yolov8}.
 */
public enum DetectorFamily {
    /** Ultralytics' decoded output: boxes as centre and size in network pixels, then one score for each class. */
    YOLOV8,
    /** YOLOX's raw grid: offsets and logarithms of sizes in cells, objectness, then one score for each class. */
    YOLOX;

    /** As documents say it: {@code yolov8}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The family of this name, exactly as {@link #id} has it. */
    public static Optional<DetectorFamily> find(String id) {
        return Arrays.stream(values()).filter(family -> family.id().equals(id)).findFirst();
    }

    Family.Attempt attempt(DetectorSignature signature, boolean asked) {
        return family().attempt(signature, asked);
    }

    DetectionDecoder decoder(Recognition.Detector detector, DetectionSettings settings) {
        return family().decoder(detector, settings);
    }

    private Family family() {
        return switch (this) {
            case YOLOV8 -> new Yolov8();
            case YOLOX -> new Yolox();
        };
    }
}

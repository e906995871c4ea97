package io.penstock.spec;

import java.util.Locale;

/** Layouts of detectors' outputs, by the names of the families that they come from; {@code auto} is none of them. */
public enum DetectorLayout {
    AUTO,
    YOLOV8,
    YOLOV8_SEG,
    YOLOV8_POSE,
    YOLOV8_OBB,
    YOLOV5,
    YOLOV5_SEG,
    YOLOV6,
    YOLOX,
    YOLOX_DECODED,
    YOLOX_LEGACY,
    YOLOV2,
    YOLOV3,
    YOLOV3_TINY,
    YOLOV4,
    YOLOV5_HEADS,
    YOLOV7_HEADS,
    YOLOV4_DECODED,
    YOLOV10,
    YOLOV7_NMS,
    EFFICIENT_NMS,
    NMS_INDICES,
    RTDETR,
    RTDETR_JOINED,
    DETR,
    LABELLED_BOXES,
    SSD,
    TF_DETECTION,
    NANODET,
    PICODET,
    PADDLE,
    YUNET,
    SCRFD,
    CLASS_MAP;

    /** {@code yolov8Seg}. */
    @Override
    public String toString() {
        StringBuilder written = new StringBuilder();
        for (String word : name().split("_", -1)) {
            String lower = word.toLowerCase(Locale.ROOT);
            written.append(written.isEmpty() ? lower : Character.toUpperCase(lower.charAt(0)) + lower.substring(1));
        }
        return written.toString();
    }
}

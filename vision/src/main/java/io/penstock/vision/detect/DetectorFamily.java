package io.penstock.vision.detect;

import io.penstock.spec.DetectorLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Detectors whose inputs and outputs mean the same. A further family is one constant here, one arm of {@link #family}, and
 * one class that knows its signature and reads its outputs.
 */
public enum DetectorFamily {
    /** Ultralytics' decoded output since YOLOv8: boxes, then one score for each class. */
    YOLOV8,
    /** The same with masks. */
    YOLOV8_SEG,
    /** The same with key points. */
    YOLOV8_POSE,
    /** The same with turned boxes. */
    YOLOV8_OBB,
    /** YOLOv5 and YOLOv7, decoded, with objectness. */
    YOLOV5,
    /** The same with masks. */
    YOLOV5_SEG,
    /** YOLOv6: one anchor a cell, an objectness of 1. */
    YOLOV6,
    /** YOLOX's raw grid. */
    YOLOX,
    /** YOLOX, decoded in the graph. */
    YOLOX_DECODED,
    /** YOLOX's raw grid, trained before version 0.1.1. */
    YOLOX_LEGACY,
    /** YOLOv2's raw head. */
    YOLOV2,
    /** YOLOv3's raw heads. */
    YOLOV3,
    /** YOLOv3-tiny's raw heads. */
    YOLOV3_TINY,
    /** YOLOv4's raw heads. */
    YOLOV4,
    /** YOLOv5's raw heads. */
    YOLOV5_HEADS,
    /** YOLOv7's raw heads. */
    YOLOV7_HEADS,
    /** YOLOv3 and YOLOv4, decoded into boxes and scores apart. */
    YOLOV4_DECODED,
    /** YOLOv10, YOLO26, and Ultralytics' exports with NMS: finished rows of six. */
    YOLOV10,
    /** YOLOv7 with NMS: finished rows of seven. */
    YOLOV7_NMS,
    /** EfficientNMS of TensorRT: four outputs. */
    EFFICIENT_NMS,
    /** All boxes, all scores, and which of them remain. */
    NMS_INDICES,
    /** RT-DETR and Deformable DETR: logits and boxes of queries. */
    RTDETR,
    /** RT-DETR as Ultralytics exports it. */
    RTDETR_JOINED,
    /** DETR: logits with one for nothing. */
    DETR,
    /** Boxes, labels and scores, finished: torchvision, D-FINE, SSD of the ONNX model zoo. */
    LABELLED_BOXES,
    /** SSD: scores behind that of the background, and boxes. */
    SSD,
    /** TensorFlow's object detection API: four outputs. */
    TF_DETECTION,
    /** NanoDet. */
    NANODET,
    /** PicoDet without its postprocessing. */
    PICODET,
    /** PaddleDetection with its postprocessing. */
    PADDLE,
    /** OpenCV's YuNet: faces. */
    YUNET,
    /** InsightFace's SCRFD: faces. */
    SCRFD,
    /** Semantic segmentation. */
    CLASS_MAP;

    /** As documents say it, and so as {@link DetectorLayout} has it: {@code yolov8}, {@code yolov8Seg}. */
    public String id() {
        return DetectorLayout.valueOf(name()).toString();
    }

    /** The family of this name, exactly as {@link #id} has it. */
    public static Optional<DetectorFamily> find(String id) {
        return Arrays.stream(values()).filter(family -> family.id().equals(id)).findFirst();
    }

    /** Names of those whose anchors are not in the model's file. */
    static List<String> anchored() {
        return Arrays.stream(values())
                .filter(family -> family.family() instanceof AnchoredHeads)
                .map(DetectorFamily::id)
                .toList();
    }

    Family.Attempt attempt(DetectorSignature signature, boolean asked) {
        return family().attempt(signature, asked);
    }

    private Family family() {
        return switch (this) {
            case YOLOV8 -> new Yolov8(Yolov8.Task.DETECT);
            case YOLOV8_SEG -> new Yolov8(Yolov8.Task.SEGMENT);
            case YOLOV8_POSE -> new Yolov8(Yolov8.Task.POSE);
            case YOLOV8_OBB -> new Yolov8(Yolov8.Task.TURNED);
            case YOLOV5 -> new Yolov5(Yolov5.Kind.THREE_ANCHORS);
            case YOLOV5_SEG -> new Yolov5(Yolov5.Kind.THREE_ANCHORS_WITH_MASKS);
            case YOLOV6 -> new Yolov5(Yolov5.Kind.ONE_ANCHOR);
            case YOLOX -> new Yolox(Yolox.Kind.RAW);
            case YOLOX_DECODED -> new Yolox(Yolox.Kind.DECODED);
            case YOLOX_LEGACY -> new Yolox(Yolox.Kind.LEGACY);
            case YOLOV2 -> new AnchoredHeads(AnchoredHeads.Version.V2);
            case YOLOV3 -> new AnchoredHeads(AnchoredHeads.Version.V3);
            case YOLOV3_TINY -> new AnchoredHeads(AnchoredHeads.Version.V3_TINY);
            case YOLOV4 -> new AnchoredHeads(AnchoredHeads.Version.V4);
            case YOLOV5_HEADS -> new AnchoredHeads(AnchoredHeads.Version.V5);
            case YOLOV7_HEADS -> new AnchoredHeads(AnchoredHeads.Version.V7);
            case YOLOV4_DECODED -> new BoxesAndScores(false);
            case SSD -> new BoxesAndScores(true);
            case YOLOV10 -> new FinishedRows(FinishedRows.Kind.CORNERS_SCORE_CLASS);
            case YOLOV7_NMS -> new FinishedRows(FinishedRows.Kind.BATCH_CORNERS_CLASS_SCORE);
            case PADDLE -> new FinishedRows(FinishedRows.Kind.CLASS_SCORE_CORNERS);
            case EFFICIENT_NMS -> new FinishedLists(FinishedLists.Kind.EFFICIENT_NMS);
            case TF_DETECTION -> new FinishedLists(FinishedLists.Kind.TENSORFLOW);
            case LABELLED_BOXES -> new FinishedLists(FinishedLists.Kind.LABELLED);
            case NMS_INDICES -> new SelectedIndices();
            case RTDETR -> new Transformer(Transformer.Kind.SIGMOID);
            case RTDETR_JOINED -> new Transformer(Transformer.Kind.JOINED);
            case DETR -> new Transformer(Transformer.Kind.SOFTMAX);
            case NANODET -> new DistanceHeads(false);
            case PICODET -> new DistanceHeads(true);
            case YUNET -> new FaceHeads(true);
            case SCRFD -> new FaceHeads(false);
            case CLASS_MAP -> new ClassMap();
        };
    }
}

package io.penstock.app;

import io.penstock.backend.onnxruntime.TinyOnnx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A model of each family whose outputs are constants. All see one object in an input of 64 x 64: from (16, 16) to (48, 40),
 * the second of three classes, with a score of 0.75; everything else scores nothing.
 */
final class TinyDetectors {
    private static final String NAMES = "{0: 'a', 1: 'b', 2: 'c'}";
    private static final float[] CENTRE = {32, 28, 32, 24};
    private static final float[] SHARES = {0.25f, 0.25f, 0.75f, 0.625f};
    private static final float[] CENTRE_SHARES = {0.5f, 0.4375f, 0.5f, 0.375f};
    private static final int[][] GRIDS = {{8, 8}, {4, 4}, {2, 2}};
    private static final float NEVER = -20;

    private TinyDetectors() {}

    /** @param layout what the document must say; empty where the file tells */
    record Case(String family, String layout, TinyOnnx model, String further) {
        @Override
        public String toString() {
            return family + (layout.isEmpty() ? "" : " asked for");
        }
    }

    static List<Case> all() {
        List<Case> cases = new ArrayList<>(rows());
        cases.addAll(heads());
        cases.addAll(apart());
        cases.addAll(distances());
        cases.add(classMap());
        return cases;
    }

    private static TinyOnnx model() {
        return new TinyOnnx().input("images", 1, 1, 3, 64, 64).metadata("names", NAMES);
    }

    private static Case told(String family, TinyOnnx model) {
        return new Case(family, "", model, "");
    }

    private static Case asked(String family, TinyOnnx model) {
        return new Case(family, family, model, "");
    }

    /** Rows that are zero but one. */
    private static float[] rows(int count, int at, float[]... parts) {
        float[] row = join(parts);
        float[] values = new float[count * row.length];
        System.arraycopy(row, 0, values, at * row.length, row.length);
        return values;
    }

    private static float[] columns(int count, int at, float[]... parts) {
        float[] row = join(parts);
        float[] values = new float[count * row.length];
        for (int i = 0; i < row.length; i++) {
            values[i * count + at] = row[i];
        }
        return values;
    }

    private static float[] join(float[]... parts) {
        float[] all = new float[0];
        for (float[] part : parts) {
            int before = all.length;
            all = Arrays.copyOf(all, before + part.length);
            System.arraycopy(part, 0, all, before, part.length);
        }
        return all;
    }

    private static float[] of(double... values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private static float[] filled(int count, float value) {
        float[] values = new float[count];
        Arrays.fill(values, value);
        return values;
    }

    private static float logit(double share) {
        return (float) Math.log(share / (1 - share));
    }

    private static List<Case> rows() {
        float[] scores = of(0, 0.75, 0);
        float[] certain = of(1, 0, 0.75, 0);
        float[] prototypes = join(filled(256, 1), filled(256, -1));
        float[] raw = of(0, 0.5, Math.log(4), Math.log(3));
        TinyOnnx turned =
                model().metadata("task", "obb").constant("output0", columns(84, 9, CENTRE, scores, of(0.5)), 1, 8, 84);
        TinyOnnx pose = new TinyOnnx()
                .input("images", 1, 1, 3, 64, 64)
                .metadata("task", "pose")
                .metadata("kpt_shape", "[2, 3]")
                .metadata("names", "{0: 'z', 1: 'b'}")
                .constant("output0", columns(84, 9, CENTRE, of(0, 0.75), of(20, 20, 0.5, 40, 36, 1)), 1, 12, 84);
        return List.of(
                told("yolov8", model().constant("output0", columns(84, 9, CENTRE, scores), 1, 7, 84)),
                told("yolov8", model().constant("output0", rows(84, 9, CENTRE, scores), 1, 84, 7)),
                new Case(
                        "yolov8Seg",
                        "",
                        model().metadata("task", "segment")
                                .constant("output0", columns(84, 9, CENTRE, scores, of(1, 0)), 1, 9, 84)
                                .constant("output1", prototypes, 1, 2, 16, 16),
                        "\"mask\":{\"size\":[128,128],\"counts\":\""),
                new Case("yolov8Pose", "", pose, "\"keypoints\":[{\"x\":40.0,\"y\":40.0,\"score\":0.5},{\"x\":80.0,"),
                new Case("yolov8Obb", "", turned, "\"angle\":0.5"),
                told("yolov5", model().constant("output0", rows(252, 100, CENTRE, certain), 1, 252, 8)),
                new Case(
                        "yolov5Seg",
                        "",
                        model().constant("output0", rows(252, 100, CENTRE, certain, of(1, 0)), 1, 252, 10)
                                .constant("output1", prototypes, 1, 2, 16, 16),
                        "\"mask\":{"),
                asked("yolov6", model().constant("outputs", rows(84, 20, CENTRE, certain), 1, 84, 8)),
                told("yolox", model().constant("output", rows(84, 28, raw, certain), 1, 84, 8)),
                asked("yoloxLegacy", model().constant("output", rows(84, 28, raw, certain), 1, 84, 8)),
                told(
                        "yoloxDecoded",
                        model().constant("output", rows(84, 20, CENTRE, certain), 1, 84, 8)
                                .node("Exp", List.of("output_values"), "decoded")),
                told("yolov10", model().constant("output0", rows(300, 3, of(16, 16, 48, 40, 0.75, 1)), 1, 300, 6)),
                told("yolov7Nms", model().constant("output", rows(2, 1, of(0, 16, 16, 48, 40, 1, 0.75)), 2, 7)),
                told(
                        "paddle",
                        model().input("scale_factor", 1, 1, 2)
                                .constant("boxes", rows(2, 1, of(1, 0.75, 16, 16, 48, 40)), 2, 6)
                                .constant("count", new long[] {2}, 1)),
                told("rtdetrJoined", model().constant("output0", rows(300, 7, CENTRE_SHARES, scores), 1, 300, 7)));
    }

    /** Three raw heads in which one cell of stride 8 sees the object: the fifth of the fourth row, with the first anchor. */
    private static TinyOnnx threeHeads(TinyOnnx model, boolean channels, float[] box) {
        float[] row = join(box, of(20, NEVER, logit(0.75), NEVER));
        for (int[] grid : GRIDS) {
            int cells = grid[0] * grid[1];
            float[] values = filled(3 * 8 * cells, NEVER);
            for (int i = 0; i < 8 && grid[0] == 8; i++) {
                values[channels ? i * cells + 28 : 28 * 8 + i] = row[i];
            }
            long[] shape = channels ? new long[] {1, 24, grid[0], grid[1]} : new long[] {1, 3, grid[0], grid[1], 8};
            model.constant("head" + grid[0], values, shape);
        }
        return model;
    }

    private static float[] squares(double anchorX, double anchorY) {
        return of(logit(0.25), 0, logit(Math.sqrt(32 / anchorX) / 2), logit(Math.sqrt(24 / anchorY) / 2));
    }

    private static List<Case> heads() {
        TinyOnnx tiny = model();
        for (int side : new int[] {4, 2}) {
            float[] values = filled(24 * side * side, NEVER);
            float[] row = of(NEVER, logit(0.75), Math.log(3.2), Math.log(24 / 14.0), 20, NEVER, logit(0.75), NEVER);
            for (int i = 0; i < 8 && side == 4; i++) {
                values[i * 16 + 6] = row[i];
            }
            tiny.constant("head" + side, values, 1, 24, side, side);
        }
        float[] two = filled(40 * 4, NEVER);
        float[] second = of(NEVER, logit(0.875), Math.log(32 / 34.56), Math.log(24 / 38.08), 20, 0, Math.log(6), 0);
        for (int i = 0; i < 8; i++) {
            two[i * 4 + 1] = second[i];
        }
        TinyOnnx four = new TinyOnnx().input("input_1:0", 1, 1, 64, 64, 3).metadata("names", NAMES);
        for (int[] grid : GRIDS) {
            float[] values = filled(24 * grid[0] * grid[1], NEVER);
            float[] row = of(logit(1 / 12.0), 0, Math.log(32 / 12.0), Math.log(1.5), 20, NEVER, logit(0.75), NEVER);
            if (grid[0] == 8) {
                System.arraycopy(row, 0, values, 28 * 24, 8);
            }
            four.constant("Identity" + grid[0], values, 1, grid[0], grid[1], 3, 8);
        }
        return List.of(
                told("yolov2", model().constant("grid", two, 1, 40, 2, 2)),
                told("yolov3Tiny", tiny),
                told("yolov4", four),
                asked("yolov3", threeHeads(model(), true, of(NEVER, 0, Math.log(3.2), Math.log(24 / 13.0)))),
                asked("yolov5Heads", threeHeads(model(), false, squares(10, 13))),
                asked("yolov7Heads", threeHeads(model(), false, squares(12, 16))));
    }

    private static List<Case> apart() {
        float[] scores = of(0, 0.75, 0);
        float[] never = filled(30, NEVER);
        float[] logits = never.clone();
        logits[3 * 3 + 1] = logit(0.75);
        float[] nothing = new float[40];
        for (int i = 0; i < 10; i++) {
            nothing[4 * i + 3] = 20;
        }
        System.arraycopy(of(0, Math.log(9), 0, 0), 0, nothing, 12, 4);
        float[] byClass = new float[30];
        byClass[10 + 3] = 0.75f;
        TinyOnnx whole = new TinyOnnx().input("image_tensor", 2, 1, 64, 64, 3);
        return List.of(
                told(
                        "ssd",
                        model().constant("scores", rows(10, 3, of(0.25), scores), 1, 10, 4)
                                .constant("boxes", rows(10, 3, SHARES), 1, 10, 4)),
                told(
                        "yolov4Decoded",
                        model().constant("boxes", rows(10, 3, SHARES), 1, 10, 1, 4)
                                .constant("confs", rows(10, 3, scores), 1, 10, 3)),
                told(
                        "efficientNms",
                        model().constant("num_dets", new long[] {4}, 1, 1)
                                .constant("det_boxes", rows(10, 3, of(16, 16, 48, 40)), 1, 10, 4)
                                .constant("det_scores", rows(10, 3, of(0.75)), 1, 10)
                                .constant("det_classes", new long[] {0, 0, 0, 1, 0, 0, 0, 0, 0, 0}, 1, 10)),
                told(
                        "labelledBoxes",
                        model().constant("boxes", rows(5, 3, of(16, 16, 48, 40)), 5, 4)
                                .constant("labels", new long[] {0, 0, 0, 1, 0}, 5)
                                .constant("scores", rows(5, 3, of(0.75)), 5)),
                told(
                        "tfDetection",
                        whole.metadata("names", NAMES)
                                .constant("detection_boxes", rows(10, 0, of(0.25, 0.25, 0.625, 0.75)), 1, 10, 4)
                                .constant("detection_classes", rows(10, 0, of(1)), 1, 10)
                                .constant("detection_scores", rows(10, 0, of(0.75)), 1, 10)
                                .constant("num_detections", of(1), 1)),
                told(
                        "nmsIndices",
                        model().input("image_shape", 1, 1, 2)
                                .constant("boxes", rows(10, 3, of(16, 16, 40, 48)), 1, 10, 4)
                                .constant("scores", byClass, 1, 3, 10)
                                .constant("indices", new long[] {0, 1, 3}, 1, 3)),
                told(
                        "rtdetr",
                        model().constant("logits", logits, 1, 10, 3)
                                .constant("pred_boxes", rows(10, 3, CENTRE_SHARES), 1, 10, 4)),
                told(
                        "detr",
                        model().constant("logits", nothing, 1, 10, 4)
                                .constant("pred_boxes", rows(10, 3, CENTRE_SHARES), 1, 10, 4)));
    }

    /** A map of VOC's classes that is a bicycle where the object lies. */
    private static Case classMap() {
        float[] map = new float[21 * 256];
        for (int y = 4; y < 10; y++) {
            Arrays.fill(map, 2 * 256 + 16 * y + 4, 2 * 256 + 16 * y + 12, 5);
        }
        return new Case(
                "classMap",
                "",
                new TinyOnnx().input("input", 1, 1, 3, 64, 64).constant("out", map, 1, 21, 16, 16),
                "\"label\":\"bicycle\",\"classId\":2,\"score\":0.1875,\"box\":{\"x\":32.0,\"y\":32.0,\"width\":64.0,"
                        + "\"height\":48.0},\"mask\":{");
    }

    /** Distributions over 0..7: all of it on the whole number, or halves on its neighbours. */
    private static float[] bins(double... distances) {
        float[] bins = new float[8 * distances.length];
        for (int i = 0; i < distances.length; i++) {
            bins[8 * i + (int) Math.floor(distances[i])] = 40;
            bins[8 * i + (int) Math.ceil(distances[i])] = 40;
        }
        return bins;
    }

    private static List<Case> distances() {
        float[] scores = of(0, 0.75, 0);
        TinyOnnx pico = model();
        TinyOnnx yunet = new TinyOnnx().input("input", 1, 1, 3, 64, 64).metadata("names", "{0: 'b'}");
        TinyOnnx scrfd = new TinyOnnx().input("input.1", 1, 1, 3, 64, 64).metadata("names", "{0: 'b'}");
        for (int stride : new int[] {8, 16, 32}) {
            int cells = 64 / stride * (64 / stride);
            boolean sees = stride == 8;
            pico.constant("s" + stride, sees ? rows(64, 27, scores) : new float[3 * cells], 1, cells, 3)
                    .constant(
                            "d" + stride,
                            sees ? rows(64, 27, bins(1.5, 1.5, 2.5, 1.5)) : new float[32 * cells],
                            1,
                            cells,
                            32);
            float[] points = of(0, 0, 1, 0, 0, 1, 1, 1, 2, 2);
            yunet.constant("cls_" + stride, sees ? rows(64, 28, of(0.75)) : new float[cells], 1, cells, 1)
                    .constant("obj_" + stride, sees ? rows(64, 28, of(0.75)) : new float[cells], 1, cells, 1)
                    .constant(
                            "bbox_" + stride,
                            sees ? rows(64, 28, of(0, 0.5, Math.log(4), Math.log(3))) : new float[4 * cells],
                            1,
                            cells,
                            4)
                    .constant("kps_" + stride, sees ? rows(64, 28, points) : new float[10 * cells], 1, cells, 10);
            scrfd.constant("score" + stride, sees ? rows(128, 57, of(0.75)) : new float[2 * cells], 2L * cells, 1)
                    .constant(
                            "box" + stride, sees ? rows(128, 57, of(2, 1, 2, 2)) : new float[8 * cells], 2L * cells, 4)
                    .constant("point" + stride, sees ? rows(128, 57, points) : new float[20 * cells], 2L * cells, 10);
        }
        String points = "\"keypoints\":[{\"x\":64.0,\"y\":48.0,\"score\":1.0},{\"x\":80.0,\"y\":48.0,";
        return List.of(
                told("nanodet", model().constant("output", rows(85, 28, scores, bins(2, 1, 2, 2)), 1, 85, 35)),
                told("picodet", pico),
                new Case("yunet", "", yunet, points),
                new Case("scrfd", "", scrfd, points));
    }
}

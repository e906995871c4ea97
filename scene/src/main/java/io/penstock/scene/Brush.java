package io.penstock.scene;

import io.penstock.scene.Block.Face;
import io.penstock.scene.Block.Patch;

/**
 * Draws solid things of three dimensions: takes them from an object's own frame through the camera to the raster.
 *
 * <p>Threads: one at a time.
 */
final class Brush {
    private static final int MAX_POINTS = 64;

    final Camera camera;
    final Light light;
    final Raster raster;
    private final double[] cameraX = new double[MAX_POINTS];
    private final double[] cameraY = new double[MAX_POINTS];
    private final double[] depths = new double[MAX_POINTS];
    private final double[] xs = new double[MAX_POINTS];
    private final double[] ys = new double[MAX_POINTS];
    private int points;
    private double x;
    private double y;
    private double cos = 1;
    private double sin;
    private double metres;
    private double viewX;
    private double viewY;
    private double lowX;
    private double highX;
    private double lowY;
    private double highY;

    Brush(Camera camera, Light light, Raster raster) {
        this.camera = camera;
        this.light = light;
        this.raster = raster;
    }

    /** From here on points are in the frame of something that stands so. */
    void place(Pose pose) {
        x = pose.x();
        y = pose.y();
        cos = Math.cos(pose.heading());
        sin = Math.sin(pose.heading());
        metres = Math.max(1, camera.depth(x, y, 0));
        double dx = camera.x - x;
        double dy = -y;
        viewX = dx * cos + dy * sin;
        viewY = dy * cos - dx * sin;
    }

    /** Starts the measure of how far what follows reaches, the picture's edges notwithstanding. */
    void measure() {
        lowX = Double.POSITIVE_INFINITY;
        lowY = Double.POSITIVE_INFINITY;
        highX = Double.NEGATIVE_INFINITY;
        highY = Double.NEGATIVE_INFINITY;
    }

    /** The share of the measured rectangle that lies in the picture, 0 to 1. */
    double shareInside() {
        double inside = Math.max(0, Math.min(highX, raster.width) - Math.max(lowX, 0))
                * Math.max(0, Math.min(highY, raster.height) - Math.max(lowY, 0));
        double all = (highX - lowX) * (highY - lowY);
        return all > 0 ? Math.min(1, inside / all) : 0;
    }

    /** Pixels that a metre takes at the frame's origin. */
    double pixelsPerMetre() {
        return camera.focal / metres;
    }

    /** Whether details of this size are worth their time. */
    boolean resolves(double size) {
        return size * pixelsPerMetre() > 2;
    }

    double viewX() {
        return viewX;
    }

    double viewY() {
        return viewY;
    }

    /** Whether the camera is on the outer side of a face that is {@code distance} from the frame's origin. */
    boolean sees(Face face, double distance) {
        return switch (face) {
            case FRONT -> viewX > distance;
            case BACK -> -viewX > distance;
            case LEFT -> viewY > distance;
            case RIGHT -> -viewY > distance;
            case TOP -> camera.z > distance;
        };
    }

    boolean sees(Block block, Face face) {
        return switch (face) {
            case FRONT -> sees(face, block.front());
            case BACK -> sees(face, -block.rear());
            case LEFT, RIGHT -> sees(face, block.half());
            case TOP -> sees(face, block.high());
        };
    }

    void block(Block block, int colour) {
        panel(block, Face.FRONT, Patch.WHOLE, colour);
        panel(block, Face.BACK, Patch.WHOLE, colour);
        panel(block, Face.LEFT, Patch.WHOLE, colour);
        panel(block, Face.RIGHT, Patch.WHOLE, colour);
        panel(block, Face.TOP, Patch.WHOLE, colour);
    }

    /** A part of a face, shaded as the face is. */
    void panel(Block block, Face face, Patch patch, int colour) {
        if (sees(block, face)) {
            lamp(block, face, patch, lit(colour, face));
        }
    }

    /** A part of a face that has light of its own. */
    void lamp(Block block, Face face, Patch patch, int colour) {
        if (!sees(block, face)) {
            return;
        }
        begin();
        add(block.at(face, patch.left(), patch.bottom()));
        add(block.at(face, patch.right(), patch.bottom()));
        add(block.at(face, patch.right(), patch.top()));
        add(block.at(face, patch.left(), patch.top()));
        fill(colour);
    }

    int lit(int colour, Face face) {
        double nx = face.x * cos - face.y * sin;
        double ny = face.x * sin + face.y * cos;
        return light.fade(light.shade(colour, nx, ny, face.z), metres);
    }

    /** Shaded as something round that faces the camera and the sky. */
    int lit(int colour) {
        return light.fade(light.shade(colour, 0, -0.8, 0.6), metres);
    }

    /** A flat disc that looks to where {@code face} does: a wheel, a lens. */
    void disc(Point centre, double radius, Face face, int colour) {
        int step = radius * pixelsPerMetre() > 10 ? 1 : 2;
        double alongX = Math.abs(face.y) * radius;
        double alongY = Math.abs(face.x) * radius;
        begin();
        for (int i = 0; i < Turn.PARTS; i += step) {
            add(
                    centre.x() + alongX * Turn.cos(i),
                    centre.y() + alongY * Turn.cos(i),
                    centre.z() + radius * Turn.sin(i));
        }
        fill(colour);
    }

    /** A limb or a pole: {@code radius} in metres; its ends are round. */
    void limb(Point from, Point to, double radius, int colour) {
        limb(from, radius, to, radius, colour);
    }

    void limb(Point from, double fromRadius, Point to, double toRadius, int colour) {
        begin();
        add(from);
        add(to);
        if (depths[0] < Camera.NEAR || depths[1] < Camera.NEAR) {
            return;
        }
        project();
        double r0 = Math.max(0.35, fromRadius * camera.focal / depths[0]);
        double r1 = Math.max(0.35, toRadius * camera.focal / depths[1]);
        double x0 = xs[0];
        double y0 = ys[0];
        double x1 = xs[1];
        double y1 = ys[1];
        double length = Math.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0));
        double ax = length > 0 ? (x1 - x0) / length : 0;
        double ay = length > 0 ? (y1 - y0) / length : 1;
        // Half a turn around each end, from the left of the axis to its right and on.
        int step = Math.max(r0, r1) > 3 ? 2 : Math.max(r0, r1) > 1.2 ? 6 : 12;
        int at = 0;
        for (int i = Turn.PARTS / 4; i <= Turn.PARTS * 3 / 4; i += step, at++) {
            xs[at] = x0 + r0 * (ax * Turn.cos(i) - ay * Turn.sin(i));
            ys[at] = y0 + r0 * (ay * Turn.cos(i) + ax * Turn.sin(i));
        }
        for (int i = Turn.PARTS / 4; i <= Turn.PARTS * 3 / 4; i += step, at++) {
            xs[at] = x1 - r1 * (ax * Turn.cos(i) - ay * Turn.sin(i));
            ys[at] = y1 - r1 * (ay * Turn.cos(i) + ax * Turn.sin(i));
        }
        points = at;
        reach();
        raster.fill(xs, ys, points, colour);
    }

    void ball(Point centre, double radius, int colour) {
        begin();
        add(centre);
        if (depths[0] >= Camera.NEAR) {
            project();
            double r = Math.max(0.5, radius * camera.focal / depths[0]);
            double cx = xs[0];
            double cy = ys[0];
            lowX = Math.min(lowX, cx - r);
            highX = Math.max(highX, cx + r);
            lowY = Math.min(lowY, cy - r);
            highY = Math.max(highY, cy + r);
            raster.circle(cx, cy, r, colour);
        }
    }

    /** A halo around a lamp; hides nothing and is part of no silhouette. */
    void glow(Point centre, double radius, int colour) {
        begin();
        add(centre);
        if (depths[0] >= Camera.NEAR) {
            project();
            double r = radius * camera.focal / depths[0];
            raster.glow(xs[0], ys[0], r, r, colour);
        }
    }

    /** Light on the ground: an ellipse around a point of the frame. */
    void pool(Point centre, double radius, int colour) {
        begin();
        add(centre);
        if (depths[0] >= Camera.NEAR) {
            project();
            double r = radius * camera.focal / depths[0];
            raster.glow(xs[0], ys[0], r, r * camera.z / Math.hypot(depths[0], camera.z), colour);
        }
    }

    /** The shadow of a box on the ground. */
    void shadow(double rear, double front, double half, double high) {
        double reach = high * Math.sqrt(1 - light.sunZ() * light.sunZ()) / Math.max(0.35, light.sunZ());
        double flat = Math.hypot(light.sunX(), light.sunY());
        double dx = light.dusk() ? 0 : -light.sunX() / flat * reach;
        double dy = light.dusk() ? 0 : -light.sunY() / flat * reach;
        double localX = dx * cos + dy * sin;
        double localY = dy * cos - dx * sin;
        begin();
        for (int i = 0; i < 8; i++) {
            double px = (i & 1) == 0 ? rear : front;
            double py = (i & 2) == 0 ? -half : half;
            add((i & 4) == 0 ? px : px + localX, (i & 4) == 0 ? py : py + localY, 0);
            if (depths[i] < Camera.NEAR) {
                return;
            }
        }
        project();
        points = Hull.of(xs, ys, points);
        raster.shadow(xs, ys, points, light.shadow());
    }

    /** Starts a polygon. */
    void begin() {
        points = 0;
    }

    void add(Point point) {
        add(point.x(), point.y(), point.z());
    }

    void add(double localX, double localY, double z) {
        double worldX = x + localX * cos - localY * sin;
        double worldY = y + localX * sin + localY * cos;
        depths[points] = camera.depth(worldX, worldY, z);
        cameraX[points] = camera.across(worldX, worldY);
        cameraY[points] = camera.above(worldX, worldY, z);
        points++;
    }

    /** Ends a convex polygon. */
    void fill(int colour) {
        if (clip()) {
            reach();
            raster.fill(xs, ys, points, colour);
        }
    }

    void blend(int colour, double share) {
        if (clip()) {
            raster.blend(xs, ys, points, colour, share);
        }
    }

    void lighten(int colour, double share) {
        if (clip()) {
            raster.lighten(xs, ys, points, colour, share);
        }
    }

    /** Cuts off what is too near (Sutherland and Hodgman 1974), and projects the rest. */
    private boolean clip() {
        int count = points;
        int from = MAX_POINTS - count;
        boolean whole = true;
        for (int i = 0; i < count; i++) {
            whole &= depths[i] >= Camera.NEAR;
        }
        if (!whole) {
            System.arraycopy(cameraX, 0, cameraX, from, count);
            System.arraycopy(cameraY, 0, cameraY, from, count);
            System.arraycopy(depths, 0, depths, from, count);
            points = 0;
            for (int i = from, j = MAX_POINTS - 1; i < MAX_POINTS; j = i++) {
                if (depths[j] >= Camera.NEAR != depths[i] >= Camera.NEAR) {
                    keep(j, i, (Camera.NEAR - depths[j]) / (depths[i] - depths[j]));
                }
                if (depths[i] >= Camera.NEAR) {
                    keep(i, i, 0);
                }
            }
        }
        project();
        return points >= 3;
    }

    private void keep(int from, int to, double share) {
        cameraX[points] = cameraX[from] + (cameraX[to] - cameraX[from]) * share;
        cameraY[points] = cameraY[from] + (cameraY[to] - cameraY[from]) * share;
        depths[points] = depths[from] + (depths[to] - depths[from]) * share;
        points++;
    }

    private void project() {
        for (int i = 0; i < points; i++) {
            double scale = camera.focal / depths[i];
            xs[i] = camera.centreX + cameraX[i] * scale;
            ys[i] = camera.centreY - cameraY[i] * scale;
        }
    }

    private void reach() {
        for (int i = 0; i < points; i++) {
            lowX = Math.min(lowX, xs[i]);
            highX = Math.max(highX, xs[i]);
            lowY = Math.min(lowY, ys[i]);
            highY = Math.max(highY, ys[i]);
        }
    }
}

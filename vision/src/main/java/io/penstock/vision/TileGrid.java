package io.penstock.vision;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.spec.StepSpec;
import io.penstock.vision.detect.DetectionSettings;
import io.penstock.vision.tensor.Placement;
import io.penstock.vision.tensor.Preprocessing;
import io.penstock.vision.tensor.Size;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Where the parts of a picture lie in the model's inputs, one after another in a batch, and how what is found in them is
 * put together.
 */
final class TileGrid {
    private final Preprocessing preprocessing;
    private final Optional<StepSpec.Tiles> tiles;

    TileGrid(Preprocessing preprocessing, Optional<StepSpec.Tiles> tiles) {
        this.preprocessing = preprocessing;
        this.tiles = tiles;
    }

    /** Pictures in a batch. */
    int count() {
        return tiles.map(grid -> grid.columns() * grid.rows() + (grid.whole() ? 1 : 0))
                .orElse(1);
    }

    /** The placements of one picture, row by row, the whole one at last. */
    List<Placement> place(Size source) {
        if (tiles.isEmpty()) {
            return List.of(preprocessing.place(source));
        }
        StepSpec.Tiles grid = tiles.get();
        int width = extent(source.width(), grid.columns(), grid.overlap());
        int height = extent(source.height(), grid.rows(), grid.overlap());
        List<Placement> placements = new ArrayList<>();
        for (int row = 0; row < grid.rows(); row++) {
            for (int column = 0; column < grid.columns(); column++) {
                int x = start(source.width(), width, column, grid.columns());
                int y = start(source.height(), height, row, grid.rows());
                placements.add(part(source, x, y, new Size(width, height)));
            }
        }
        if (grid.whole()) {
            placements.add(preprocessing.place(source));
        }
        return placements;
    }

    /** The whole picture, scaled as the tile alone would be, and moved so that the tile lies where it would alone. */
    private Placement part(Size source, int x, int y, Size tile) {
        Placement alone = preprocessing.place(tile);
        double scaleX = (double) alone.content().width() / tile.width();
        double scaleY = (double) alone.content().height() / tile.height();
        Size content = new Size(Math.max(1, (int) Math.rint(source.width() * scaleX)), Math.max(1, (int)
                Math.rint(source.height() * scaleY)));
        return new Placement(
                source,
                alone.target(),
                content,
                alone.left() - (int) Math.rint(x * scaleX),
                alone.top() - (int) Math.rint(y * scaleY));
    }

    private static int extent(int side, int count, double overlap) {
        return Math.clamp((long) Math.ceil(side / (1 + (count - 1) * (1 - overlap))), 1, side);
    }

    private static int start(int side, int extent, int index, int count) {
        return count == 1 ? 0 : (int) ((long) (side - extent) * index / (count - 1));
    }

    /**
     * One list of what was found in all parts, best first. An object that a tile's edge cuts is found whole in another one;
     * so here overlap is measured against the smaller of two boxes.
     */
    static List<Detection> merge(List<Detection> found, DetectionSettings settings) {
        List<Detection> kept = new ArrayList<>();
        for (Detection detection : found.stream()
                .sorted(Comparator.comparingDouble((Detection each) -> -each.score()))
                .toList()) {
            boolean covered = kept.stream()
                    .anyMatch(other -> (settings.agnostic() || other.classId() == detection.classId())
                            && ofTheSmaller(other.box(), detection.box()) > settings.iouThreshold());
            if (!covered && kept.size() < settings.maxDetections()) {
                kept.add(detection);
            }
        }
        return kept;
    }

    private static float ofTheSmaller(Box one, Box other) {
        float smaller = Math.min(one.area(), other.area());
        return smaller <= 0 ? 0 : one.intersection(other) / smaller;
    }
}

package io.penstock.vision;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.Detection;
import io.penstock.serving.tensor.DataType;
import io.penstock.spec.StepSpec;
import io.penstock.vision.detect.DetectionSettings;
import io.penstock.vision.tensor.Fit;
import io.penstock.vision.tensor.Placement;
import io.penstock.vision.tensor.Preprocessing;
import io.penstock.vision.tensor.Size;
import io.penstock.vision.tensor.TensorFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TileGridTest {
    private static final Preprocessing INPUT =
            new Preprocessing(Fit.CENTRED, new Size(64, 64), TensorFormat.unitRgb(DataType.FP32));

    @Test
    void tilesCoverThePictureAndTheWholeComesLast() {
        TileGrid grid = new TileGrid(INPUT, Optional.of(new StepSpec.Tiles(3, 2, 0.25, true)));
        Size source = new Size(1000, 500);
        List<Placement> placements = grid.place(source);
        assertThat(placements).hasSize(grid.count()).hasSize(7);
        assertThat(placements.getFirst().toSourceX(0)).isEqualTo(0);
        assertThat(placements.get(5).toSource(0, 0, 64, 64).right()).isEqualTo(1000);
        assertThat(placements.get(5).toSource(0, 0, 64, 64).bottom()).isEqualTo(500);
        assertThat(placements.getLast()).isEqualTo(INPUT.place(source));
    }

    @Test
    void aPictureOfOnePixelHasTilesToo() {
        TileGrid grid = new TileGrid(INPUT, Optional.of(new StepSpec.Tiles(2, 2, 0.2, false)));
        assertThat(grid.place(new Size(1, 1))).hasSize(4);
    }

    @Test
    void dropsThePartOfAnObjectThatATileCutOff() {
        Detection whole = new Detection("car", 2, 0.9f, new Box(0, 0, 100, 100));
        Detection part = new Detection("car", 2, 0.8f, new Box(0, 0, 30, 100));
        Detection other = new Detection("bus", 5, 0.7f, new Box(0, 0, 30, 100));
        assertThat(TileGrid.merge(List.of(part, other, whole), DetectionSettings.usual()))
                .containsExactly(whole, other);
    }
}

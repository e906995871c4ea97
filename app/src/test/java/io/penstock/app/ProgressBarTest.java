package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
    private static final String NAME = "yolox_nano_with_a_rather_long_name.onnx";
    private static final long MEBIBYTE = 1 << 20;

    private final StringWriter written = new StringWriter();
    private final PrintWriter err = new PrintWriter(written, true);

    @Test
    void neverTakesTheLastColumn() {
        for (int columns = 1; columns <= 200; columns++) {
            for (long total : new long[] {-1, 0, 7, 3_000 * MEBIBYTE}) {
                for (ProgressBar.Unit unit : ProgressBar.Unit.values()) {
                    String line = ProgressBar.line(NAME, unit, Math.max(0, total / 2), total, 3, columns);
                    assertThat(line.length())
                            .as("%d columns: %s", columns, line)
                            .isLessThanOrEqualTo(Math.max(1, columns - 1));
                }
            }
        }
    }

    @Test
    void looksRightAtFortyAndAtEightyColumns() {
        assertThat(ProgressBar.line("tiny.onnx", ProgressBar.Unit.BYTES, 6 * MEBIBYTE, 12 * MEBIBYTE, 3, 40))
                .isEqualTo("tiny.onnx [===========           ]  50%");
        assertThat(ProgressBar.line("tiny.onnx", ProgressBar.Unit.BYTES, 6 * MEBIBYTE, 12 * MEBIBYTE, 3, 80))
                .isEqualTo("tiny.onnx [=================                 ]  50% 6.0 MiB/12.0 MiB  2.0 MiB/s");
        assertThat(ProgressBar.line("pictures", ProgressBar.Unit.ITEMS, 3, 12, 3, 40))
                .isEqualTo("pictures [===        ]  25% 3/12  1.0/s");
        assertThat(ProgressBar.line("m.onnx", ProgressBar.Unit.BYTES, 6 * MEBIBYTE, -1, 3, 60))
                .isEqualTo("m.onnx 6.0 MiB  2.0 MiB/s");
    }

    @Test
    void writesTwoLinesWhereNobodyWatches() {
        ProgressBar bar = new ProgressBar(err, Terminal.none(), ProgressBar.Unit.BYTES);
        bar.started("m.onnx", 2 * MEBIBYTE);
        for (int i = 0; i < 1000; i++) {
            bar.advanced(i);
        }
        bar.advanced(2 * MEBIBYTE);
        bar.done();
        assertThat(written.toString().lines()).hasSize(2);
        assertThat(written.toString())
                .startsWith("m.onnx: 0 of 2.0 MiB\nm.onnx: 2.0 MiB in ")
                .doesNotContain("\u001B", "\r");
    }

    @Test
    void makesRoomForSentencesOnATerminal() {
        ProgressBar bar = new ProgressBar(err, new Terminal(true, () -> 40, false), ProgressBar.Unit.ITEMS);
        bar.started("pictures", 4);
        bar.notice("a.jpg: is no picture");
        bar.done();
        assertThat(written.toString())
                .isEqualTo(
                        "\r\u001B[Kpictures [            ]   0% 0/4  0.0/s\r\u001B[Kpenstock: a.jpg: is no picture\n");
    }

    @Test
    void coloursOnlyWhatIsFilled() {
        ProgressBar bar = new ProgressBar(err, new Terminal(true, () -> 60, true), ProgressBar.Unit.ITEMS);
        bar.started("pictures", 0);
        assertThat(written.toString()).doesNotContain("[36m");
    }

    @Test
    void helpIsAsWideAsTheTerminalWithinBounds() {
        assertThat(Main.helpColumns(new Terminal(true, () -> 40, false))).isEqualTo(55);
        assertThat(Main.helpColumns(new Terminal(true, () -> 80, false))).isEqualTo(80);
        assertThat(Main.helpColumns(new Terminal(true, () -> 300, false))).isEqualTo(100);
        assertThat(Main.helpColumns(Terminal.none())).isEqualTo(100);
    }

    @Test
    void widthIsThatOfTheEnvironmentWhereItSaysOne() {
        assertThat(Terminal.columns(Map.of("COLUMNS", "40"))).isEqualTo(40);
        assertThat(Terminal.columns(Map.of("COLUMNS", "wide"))).isPositive();
    }
}

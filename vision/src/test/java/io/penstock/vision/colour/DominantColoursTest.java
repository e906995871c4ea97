package io.penstock.vision.colour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.penstock.pipeline.frame.Box;
import io.penstock.pipeline.frame.ColourShare;
import io.penstock.pipeline.frame.ColourSpace;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DominantColoursTest {
    /** Colours of CSS, and what cameras make of cars. */
    @ParameterizedTest
    @CsvSource({
        "ff0000,red",
        "8b0000,red",
        "b22222,red",
        "dc143c,red",
        "ffa500,orange",
        "ff8c00,orange",
        "ffff00,yellow",
        "ffd700,yellow",
        "008000,green",
        "00ff00,green",
        "228b22,green",
        "006400,green",
        "00ffff,cyan",
        "008b8b,cyan",
        "0000ff,blue",
        "00008b,blue",
        "4169e1,blue",
        "1e90ff,blue",
        "800080,purple",
        "8a2be2,purple",
        "ffc0cb,pink",
        "ff69b4,pink",
        "8b4513,brown",
        "a0522d,brown",
        "000000,black",
        "101418,black",
        "808080,gray",
        "a9a9a9,gray",
        "505558,gray",
        "ffffff,white",
        "f4f2ee,white"
    })
    void namesColoursAsPeopleDo(String hex, String name) {
        int rgb = Integer.parseInt(hex, 16);
        assertThat(ColourName.ALL.get(ColourName.indexOf(rgb >> 16, (rgb >> 8) & 0xFF, rgb & 0xFF)))
                .hasToString(name);
    }

    private static Picture redAboveBlueOnGreen() {
        byte[] pixels = new byte[200 * 100 * 3];
        for (int y = 0; y < 100; y++) {
            for (int x = 0; x < 200; x++) {
                boolean inside = x >= 50 && x < 150 && y >= 20 && y < 80;
                int channel = !inside ? 1 : y < 65 ? 0 : 2;
                pixels[3 * (y * 200 + x) + channel] = (byte) 220;
            }
        }
        return Picture.rgb(200, 100, MemorySegment.ofArray(pixels));
    }

    @Test
    void measuresSharesWithinTheBoxAlone() {
        List<ColourShare> colours = new DominantColours(redAboveBlueOnGreen(), 3, 0.05f).of(new Box(50, 20, 100, 60));
        assertThat(colours).extracting(ColourShare::name).containsExactly("red", "blue");
        // The upper three quarters of an ellipse hold 0.8045 of it.
        assertThat(colours.getFirst().share()).isCloseTo(0.8045f, within(0.02f));
    }

    @Test
    void leavesOutWhatIsRareAndWhatIsTooMuch() {
        Picture picture = redAboveBlueOnGreen();
        assertThat(new DominantColours(picture, 3, 0.5f).of(new Box(50, 20, 100, 60)))
                .hasSize(1);
        assertThat(new DominantColours(picture, 1, 0).of(new Box(0, 0, 200, 100)))
                .hasSize(1);
        assertThat(new DominantColours(picture, 3, 0).of(new Box(300, 20, 100, 60)))
                .isEmpty();
    }

    @Test
    void readsTheFramesOfVideosAsTheyAre() {
        byte[] luma = new byte[16 * 16];
        byte[] cb = new byte[8 * 8];
        byte[] cr = new byte[8 * 8];
        // Pure red in limited BT.601, as tables give it.
        Arrays.fill(luma, (byte) 81);
        Arrays.fill(cb, (byte) 90);
        Arrays.fill(cr, (byte) 240);
        Picture red = new Picture(
                16,
                16,
                PixelFormat.YUV420P,
                ColourSpace.BT601_LIMITED,
                List.of(
                        new Picture.Plane(MemorySegment.ofArray(luma), 16),
                        new Picture.Plane(MemorySegment.ofArray(cb), 8),
                        new Picture.Plane(MemorySegment.ofArray(cr), 8)),
                () -> {});
        assertThat(new DominantColours(red, 3, 0).of(new Box(0, 0, 16, 16))).containsExactly(new ColourShare("red", 1));
        assertThat(new PixelReader(red).read(15, 15) & 0xFF).isGreaterThan(250);
    }
}

package io.penstock.scene;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The sensor's noise: added to a whole picture, eight samples at a time.
 *
 * <p>No sample of a picture exceeds {@link Colour#MAX} and no noise exceeds 15, so a sum of eight packed samples never
 * carries from one into the next. Each row takes its noise from a place of the tile that seed, frame and row decide.
 */
final class Grain {
    private static final int TILE = 1 << 18;
    private static final ValueLayout.OfLong PACKED = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final byte[] tile;
    private final MemorySegment tiles;
    private final Dice dice;

    /** @param strength standard deviation of a sample */
    Grain(Dice dice, double strength, int rowBytes) {
        this.dice = dice;
        this.tile = new byte[TILE + rowBytes];
        this.tiles = MemorySegment.ofArray(tile);
        for (int i = 0; i < tile.length; i++) {
            // The sum of four even draws is near enough to a normal one.
            double normal = (dice.unit(4 * i) + dice.unit(4 * i + 1) + dice.unit(4 * i + 2) + dice.unit(4 * i + 3) - 2)
                    * Math.sqrt(3);
            tile[i] = (byte) Math.clamp(Math.round(7.5 + strength * normal), 0, 15);
        }
    }

    /** Writes {@code rgb} with noise to {@code target}. */
    void add(byte[] rgb, int rowBytes, long frame, MemorySegment target) {
        MemorySegment source = MemorySegment.ofArray(rgb);
        Dice rows = dice.child(frame);
        int whole = rowBytes & -8;
        for (int row = 0; row * rowBytes < rgb.length; row++) {
            int at = row * rowBytes;
            int from = rows.below(row, TILE);
            for (int i = 0; i < whole; i += 8) {
                target.set(PACKED, at + i, source.get(PACKED, at + i) + tiles.get(PACKED, from + i));
            }
            for (int i = whole; i < rowBytes; i++) {
                target.set(ValueLayout.JAVA_BYTE, at + i, (byte) (rgb[at + i] + tile[from + i]));
            }
        }
    }
}

package io.penstock.scene;

import io.penstock.pipeline.frame.Picture;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A street crossing as a camera sees it: the same for the same seed, for ever.
 *
 * <p>Everything that moves is a function of time, so any frame can be asked for at any moment. A scene is made in some
 * tens of milliseconds: it paints what does not move.
 *
 * <p>Threads: immutable; each thread that renders takes a {@link StreetRenderer} of its own.
 */
public final class StreetScene {
    /** The names of the classes, by their ids. */
    public static final List<String> LABELS = List.of("person", "bicycle", "car", "truck", "bus", "traffic light");

    public static final int FRAMES_PER_SECOND = 25;

    /** From one frame to the next. */
    public static final Duration FRAME_INTERVAL = Duration.ofMillis(1000 / FRAMES_PER_SECOND);

    static final int PERSON = 0;
    static final int BICYCLE = 1;
    static final int CAR = 2;
    static final int TRUCK = 3;
    static final int BUS = 4;
    static final int TRAFFIC_LIGHT = 5;

    private static final int SMALLEST = 64;
    private static final int LARGEST = 4096;

    final Camera camera;
    final Light light;
    final Traffic traffic;
    final Grain grain;
    final Ground ground;
    final List<Actor> still;
    private final int width;
    private final int height;

    private StreetScene(long seed, int width, int height) {
        Dice dice = new Dice(Dice.mix(seed));
        this.width = width;
        this.height = height;
        this.camera = Camera.of(dice.child(1), width, height);
        this.light = Light.of(dice.child(2));
        this.traffic = new Traffic(dice.child(3));
        this.grain = new Grain(dice.child(4), light.dusk() ? 3 : 1.8, width * 3);
        byte[] backdrop = new Backdrop(camera, light, dice.child(5), width, height).paint();
        Brush brush = new Brush(camera, light, new Raster(width, height));
        // The halo of a lamp falls on whatever passes, so a lamp that is lit is not stamped.
        Map<Boolean, List<Actor>> byGlow = traffic.still().stream()
                .collect(Collectors.partitioningBy(actor -> light.dusk() && actor instanceof Lamppost));
        List<Actor> plain = byGlow.getOrDefault(false, List.of());
        this.ground = Ground.of(backdrop, plain, brush);
        this.still = Stream.concat(
                        byGlow.getOrDefault(true, List.of()).stream(),
                        plain.stream().flatMap(actor -> Still.of(actor, brush, ground).stream()))
                .toList();
    }

    /** @throws IllegalArgumentException if a side is not 64 to 4096 pixels */
    public static StreetScene of(long seed, int width, int height) {
        if (Math.min(width, height) < SMALLEST || Math.max(width, height) > LARGEST) {
            throw new IllegalArgumentException(
                    "a scene's sides are " + SMALLEST + " to " + LARGEST + " pixels: " + width + " x " + height);
        }
        return new StreetScene(seed, width, height);
    }

    /** At 1280 x 720. */
    public static StreetScene of(long seed) {
        return of(seed, 1280, 720);
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** What one frame takes: packed RGB, rows of three times the width. */
    public long frameBytes() {
        return 3L * width * height;
    }

    public StreetRenderer renderer() {
        return new StreetRenderer(this);
    }

    /** One frame in memory that the garbage collector frees; who wants many takes a {@link #renderer}. */
    public SceneFrame frame(long index) {
        MemorySegment pixels = MemorySegment.ofArray(new byte[Math.toIntExact(frameBytes())]);
        List<SceneObject> truth = renderer().render(index, pixels);
        return new SceneFrame(Picture.rgb(width, height, pixels), truth);
    }

    /** The truth about one frame; costs as much as {@link #frame}. */
    public List<SceneObject> truth(long index) {
        return renderer().truth(index);
    }
}

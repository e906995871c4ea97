package io.penstock.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.pipeline.frame.Box;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StreetSceneTest {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;
    private static final int FIRST_TEST_SEED = 1000;
    private static final int LAST_TEST_SEED = 1009;

    @Test
    void sameSeedAndFrameGiveTheSameBytesAndTruth() {
        SceneFrame first = StreetScene.of(7, WIDTH, HEIGHT).frame(123);
        SceneFrame second = StreetScene.of(7, WIDTH, HEIGHT).frame(123);

        assertThat(bytes(first)).isEqualTo(bytes(second));
        assertThat(first.truth()).isEqualTo(second.truth()).isNotEmpty();
    }

    @Test
    void differentSeedsAndFramesDiffer() {
        StreetScene scene = StreetScene.of(7, WIDTH, HEIGHT);

        assertThat(bytes(scene.frame(5))).isNotEqualTo(bytes(scene.frame(6)));
        assertThat(bytes(scene.frame(5)))
                .isNotEqualTo(bytes(StreetScene.of(8, WIDTH, HEIGHT).frame(5)));
    }

    @Test
    void framesInAnyOrderAreTheFramesInSequence() {
        StreetScene scene = StreetScene.of(11, WIDTH, HEIGHT);
        StreetRenderer sequential = scene.renderer();
        StreetRenderer jumping = scene.renderer();
        byte[] pixels = new byte[(int) scene.frameBytes()];
        Map<Long, byte[]> expected = new HashMap<>();
        for (long frame = 0; frame < 12; frame++) {
            sequential.render(frame, MemorySegment.ofArray(pixels));
            expected.put(frame, pixels.clone());
        }

        for (long frame : new long[] {9, 0, 11, 3, 3, 7}) {
            List<SceneObject> truth = jumping.render(frame, MemorySegment.ofArray(pixels));
            assertThat(pixels).isEqualTo(expected.get(frame));
            assertThat(truth).isEqualTo(scene.truth(frame));
        }
    }

    @Test
    void boxesHoldWhatIsSeenOfTheirObjectsTightly() {
        StreetRenderer renderer = StreetScene.of(1002, WIDTH, HEIGHT).renderer();
        for (long frame = 0; frame < 100; frame += 25) {
            List<SceneObject> truth = renderer.truth(frame);
            int next = 0;
            for (int owner = Raster.FIRST_OBJECT; next < truth.size(); owner++) {
                if (renderer.raster().visible(owner) > 0) {
                    assertHolds(truth.get(next++), renderer.raster(), owner);
                }
            }
        }
    }

    private static void assertHolds(SceneObject object, Raster raster, int owner) {
        int left = WIDTH;
        int right = -1;
        int top = HEIGHT;
        int bottom = -1;
        int pixels = 0;
        for (int row = 0; row < HEIGHT; row++) {
            for (int column = 0; column < WIDTH; column++) {
                if (raster.ownerAt(column, row) == owner) {
                    left = Math.min(left, column);
                    right = Math.max(right, column + 1);
                    top = Math.min(top, row);
                    bottom = Math.max(bottom, row + 1);
                    pixels++;
                }
            }
        }
        Box seen = Box.ofCorners(left, top, right, bottom);
        assertThat(pixels).isEqualTo(raster.visible(owner));
        assertThat(object.box().intersection(seen)).isEqualTo(seen.area());
        if (raster.visible(owner) == raster.silhouette(owner)) {
            assertThat(object.box()).isEqualTo(seen);
        }
    }

    @Test
    void visibilityIsAShareAndHiddenObjectsHaveLess() {
        int hidden = 0;
        for (long seed = 1; seed <= 5; seed++) {
            StreetRenderer renderer = StreetScene.of(seed, WIDTH, HEIGHT).renderer();
            for (SceneObject object : renderer.truth(100)) {
                assertThat(object.visibility()).isGreaterThan(0).isLessThanOrEqualTo(1);
                hidden += object.visibility() < 0.5 ? 1 : 0;
            }
        }
        assertThat(hidden).isGreaterThan(10);
    }

    @Test
    void identitiesMoveWithoutJumps() {
        StreetRenderer renderer = StreetScene.of(1001, WIDTH, HEIGHT).renderer();
        Map<Long, SceneObject> last = new HashMap<>();
        int compared = 0;
        for (long frame = 0; frame < 150; frame++) {
            Map<Long, SceneObject> now = new HashMap<>();
            for (SceneObject object : renderer.truth(frame)) {
                assertThat(now.put(object.identity(), object)).isNull();
                SceneObject before = last.get(object.identity());
                if (before != null && isNearAndWhole(before) && isNearAndWhole(object)) {
                    assertThat(object.classId()).isEqualTo(before.classId());
                    assertThat(object.box().intersectionOverUnion(before.box())).isGreaterThan(0.3f);
                    compared++;
                }
            }
            last = now;
        }
        assertThat(compared).isGreaterThan(1000);
    }

    private static boolean isNearAndWhole(SceneObject object) {
        Box box = object.box();
        return Math.min(box.width(), box.height()) >= 16
                && box.x() > 0
                && box.y() > 0
                && box.right() < WIDTH
                && box.bottom() < HEIGHT;
    }

    @Test
    void everyClassIsLargeEnoughToFindInTheTestSeeds() {
        int[] found = new int[StreetScene.LABELS.size()];
        for (long seed = FIRST_TEST_SEED; seed <= LAST_TEST_SEED; seed++) {
            StreetRenderer renderer = StreetScene.of(seed, WIDTH, HEIGHT).renderer();
            for (long frame = 0; frame < 300; frame += 50) {
                for (SceneObject object : renderer.truth(frame)) {
                    if (object.visibility() >= 0.5
                            && Math.min(object.box().width(), object.box().height()) >= 18.5) {
                        found[object.classId()]++;
                    }
                }
            }
        }
        assertThat(Arrays.stream(found)).allMatch(count -> count > 15);
    }

    @Test
    void dayAndDuskBothOccurInTheTestSeeds() {
        Set<Boolean> dark = new HashSet<>();
        for (long seed = FIRST_TEST_SEED; seed <= LAST_TEST_SEED; seed++) {
            byte[] pixels = bytes(StreetScene.of(seed, 320, 180).frame(0));
            long sum = 0;
            for (byte sample : pixels) {
                sum += sample & 255;
            }
            dark.add(sum / pixels.length < 90);
        }
        assertThat(dark).containsExactlyInAnyOrder(true, false);
    }

    @Test
    void refusesSizesItCannotDraw() {
        assertThatThrownBy(() -> StreetScene.of(1, 32, 720)).hasMessageContaining("32 x 720");
    }

    @Test
    void refusesMemoryThatAFrameDoesNotFit() {
        StreetRenderer renderer = StreetScene.of(1, 320, 180).renderer();

        assertThatThrownBy(() -> renderer.render(0, MemorySegment.ofArray(new byte[10])))
                .hasMessageContaining("172800 bytes");
        assertThatThrownBy(() -> renderer.truth(-1)).hasMessageContaining("-1");
    }

    private static byte[] bytes(SceneFrame frame) {
        return frame.picture().plane(0).data().toArray(ValueLayout.JAVA_BYTE);
    }
}

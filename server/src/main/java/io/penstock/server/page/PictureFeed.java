package io.penstock.server.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.penstock.pipeline.LiveStream;
import io.penstock.pipeline.LiveStream.Published;
import io.penstock.server.net.WebSocketMessage;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Follows one stream for all who see it in one size: each frame is encoded once, at the pace of this size, and handed to
 * every viewer as the same bytes. While nobody watches there is no thread, and nothing is encoded.
 *
 * <p>Threads: a platform thread of its own while there are viewers, since encoding is native; viewers join and leave from
 * any. It holds a frame's pixels only while it encodes them.
 */
final class PictureFeed {
    private static final System.Logger LOG = System.getLogger(PictureFeed.class.getName());
    private static final Duration TILE_INTERVAL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int FAILURES_PER_REPORT = 1_000;

    private final Subscription subscription;
    private final LiveStream stream;
    private final Duration interval;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<DashboardSession> viewers = new HashSet<>();
    private @Nullable Thread follower;
    private @Nullable Shown last;

    /** One encoded frame: the message that every viewer gets. */
    record Shown(Subscription subscription, LiveStream stream, WebSocketMessage message) {}

    PictureFeed(Subscription subscription, LiveStream stream) {
        this.subscription = subscription;
        this.stream = stream;
        this.interval = switch (subscription.view()) {
            case FULL -> stream.displayInterval();
            case TILE -> TILE_INTERVAL;
        };
    }

    /** Whether the stream has ended, so that nothing more will come. */
    boolean isOver() {
        return stream.isClosed();
    }

    LiveStream stream() {
        return stream;
    }

    /** Shows this viewer what comes from now on, and at once what came last. */
    void join(DashboardSession viewer) {
        Shown newest;
        lock.lock();
        try {
            if (!viewers.add(viewer)) {
                return;
            }
            if (follower == null) {
                last = null;
                follower = Thread.ofPlatform()
                        .name("view-" + subscription.stream() + "-"
                                + subscription.view().word())
                        .daemon()
                        .start(this::follow);
            }
            newest = last;
        } finally {
            lock.unlock();
        }
        if (newest != null) {
            viewer.show(newest);
        }
    }

    void leave(DashboardSession viewer) {
        lock.lock();
        try {
            if (viewers.remove(viewer) && viewers.isEmpty() && follower != null) {
                follower.interrupt();
                follower = null;
                last = null;
            }
        } finally {
            lock.unlock();
        }
    }

    private void follow() {
        long seen = 0;
        long due = System.nanoTime();
        long failures = 0;
        try {
            while (!stream.isClosed() && isFollowed()) {
                TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
                Optional<Published> next = stream.follow(seen, PATIENCE);
                // The last viewer may have left just before it came.
                if (next.isPresent() && isFollowed()) {
                    due = Math.max(due + interval.toNanos(), System.nanoTime());
                    seen = next.get().sequence();
                    try {
                        showAll(encoded(next.get()));
                    } catch (RuntimeException e) {
                        // Here one frame ends: the next one is tried. Said once, and then seldom.
                        if (failures++ % FAILURES_PER_REPORT == 0) {
                            LOG.log(System.Logger.Level.ERROR, "a frame of " + stream.name() + " cannot be shown", e);
                        }
                    }
                }
            }
        } catch (InterruptedException e) {
            // The last viewer left.
        } finally {
            stopped();
        }
    }

    private boolean isFollowed() {
        lock.lock();
        try {
            return Thread.currentThread().equals(follower);
        } finally {
            lock.unlock();
        }
    }

    private void stopped() {
        lock.lock();
        try {
            if (Thread.currentThread().equals(follower)) {
                follower = null;
                viewers.clear();
            }
        } finally {
            lock.unlock();
        }
    }

    private void showAll(Shown frame) {
        List<DashboardSession> all;
        lock.lock();
        try {
            if (!Thread.currentThread().equals(follower)) {
                return;
            }
            last = frame;
            all = new ArrayList<>(viewers);
        } finally {
            lock.unlock();
        }
        all.forEach(viewer -> viewer.show(frame));
    }

    /** The header's length in four bytes, the header as JSON, the JPEG. */
    private Shown encoded(Published published) {
        try (published) {
            byte[] jpeg = switch (subscription.view()) {
                case FULL -> published.frame().plainJpeg();
                case TILE -> published.frame().tileJpeg();
            };
            String result = published.frame().json();
            String header = "{\"sequence\":" + published.sequence() + ",\"view\":\""
                    + subscription.view().word() + "\"," + result.substring(1);
            byte[] text = header.getBytes(UTF_8);
            byte[] head = ByteBuffer.allocate(Integer.BYTES + text.length)
                    .putInt(text.length)
                    .put(text)
                    .array();
            return new Shown(
                    subscription,
                    stream,
                    new WebSocketMessage.Binary(List.of(MemorySegment.ofArray(head), MemorySegment.ofArray(jpeg))));
        }
    }
}

package io.penstock.app.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Drives the lanes of one load.
 *
 * <p>Threads: completions come on the lanes' threads; in an open loop a thread of its own says when requests are due. The
 * two meet at a lock that is held for the moment in which a due request and a free lane find each other.
 */
final class Driver {
    private static final int MOST_WAITING = 1_000_000;
    private static final long SPIN_NANOS = 40_000;
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(10);

    private final Load load;
    private final List<Slot> slots = new ArrayList<>();
    private final Deque<Slot> free = new ArrayDeque<>();
    private final Deque<Long> due = new ArrayDeque<>();
    private final CountDownLatch ended;
    private volatile Period period;
    private volatile boolean isOver;

    Driver(Load load) {
        this.load = load;
        this.period = Period.begin();
        this.ended = new CountDownLatch(load.lanes().size());
        load.lanes().forEach(lane -> slots.add(new Slot(lane)));
    }

    /** What is counted together: requests that were due from a moment on. */
    private record Period(Tally tally, long fromNanos) {
        static Period begin() {
            return new Period(new Tally(), System.nanoTime());
        }

        boolean covers(long due) {
            return due - fromNanos >= 0;
        }
    }

    /** A lane, and since when its request counts. */
    private final class Slot implements Lane.Completion {
        private final Lane lane;
        private long since;
        private @Nullable Tally counts;

        Slot(Lane lane) {
            this.lane = lane;
        }

        void send(long from) {
            since = from;
            Period now = period;
            // What waited behind a slow warm-up is sent, and not counted.
            counts = now.covers(from) ? now.tally : null;
            lane.send(this);
        }

        @Override
        public void completed(Outcome outcome) {
            long now = System.nanoTime();
            Tally to = counts;
            if (to != null) {
                to.record(now - since, outcome);
            }
            next(this, now);
        }
    }

    private void next(Slot slot, long now) {
        if (load.rate().isEmpty()) {
            if (isOver) {
                ended.countDown();
            } else {
                slot.send(now);
            }
            return;
        }
        Long waiting;
        synchronized (due) {
            waiting = isOver ? null : due.poll();
            if (waiting == null) {
                free.push(slot); // the connection used last is the warmest
                if (isOver) {
                    ended.countDown();
                }
            }
        }
        if (waiting != null) {
            slot.send(waiting);
        }
    }

    void start() {
        if (load.rate().isEmpty()) {
            slots.forEach(slot -> slot.send(System.nanoTime()));
        } else {
            free.addAll(slots);
            Thread.ofPlatform().name("bench-pace-" + load.name()).daemon().start(this::pace);
        }
    }

    private void pace() {
        double interval = 1e9 / load.rate().orElseThrow();
        long begun = System.nanoTime();
        for (long i = 0; !isOver; i++) {
            long intended = begun + (long) (i * interval);
            awaitMoment(intended);
            Slot slot;
            synchronized (due) {
                slot = isOver ? null : free.poll();
                if (slot == null && !isOver && due.size() < MOST_WAITING) {
                    due.add(intended);
                }
            }
            if (slot != null) {
                slot.send(intended);
            }
        }
    }

    /** Sleeps, and looks at the clock for the last moments, since a sleep ends when it likes. */
    private static void awaitMoment(long nanos) {
        long left = nanos - System.nanoTime();
        while (left > 0) {
            if (left > SPIN_NANOS) {
                LockSupport.parkNanos(left - SPIN_NANOS);
            } else {
                Thread.onSpinWait();
            }
            left = nanos - System.nanoTime();
        }
    }

    /** From now on another count; requests that were due before, under way or not, do not belong to it. */
    void beginMeasuring() {
        period = Period.begin();
    }

    void turn(Duration second) {
        period.tally.turn(second);
    }

    /** Sends nothing more, and waits a while for what is under way. */
    Measured end(Duration elapsed) throws InterruptedException {
        Tally tally = period.tally;
        int idle;
        synchronized (due) {
            isOver = true;
            idle = load.rate().isEmpty() ? 0 : free.size();
            long now = System.nanoTime();
            due.stream().filter(period::covers).forEach(intended -> tally.unsent(now - intended));
            due.clear();
        }
        for (int i = 0; i < idle; i++) {
            ended.countDown();
        }
        boolean answered = ended.await(LAST_ANSWERS.toNanos(), TimeUnit.NANOSECONDS);
        if (!answered) {
            for (long i = ended.getCount(); i > 0; i--) {
                tally.record(0, Outcome.failed("unanswered", "no answer within " + LAST_ANSWERS.toSeconds() + " s"));
            }
        }
        tally.takeRest();
        return tally.measured(load, elapsed);
    }
}

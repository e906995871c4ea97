package io.penstock.pipeline;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Restores the order of one stream after its frames were worked on side by side: places are opened in order, filled in
 * any order, and delivered in order, one at a time. A place filled with nothing is a hole that is passed over.
 *
 * <p>Threads: one opens, any number fill; whichever finds the foremost place filled delivers, for the others too.
 */
final class InOrder {
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Place> places = new ArrayDeque<>();
    private boolean delivering;

    /** One frame's place in the order. */
    static final class Place {
        private Optional<Runnable> delivery = Optional.empty();
        private boolean filled;
    }

    Place open() {
        Place place = new Place();
        lock.lock();
        try {
            places.addLast(place);
        } finally {
            lock.unlock();
        }
        return place;
    }

    /** Fills a place, once, and delivers what is now due. */
    void fill(Place place, Optional<Runnable> delivery) {
        lock.lock();
        try {
            place.delivery = delivery;
            place.filled = true;
            if (delivering) {
                return;
            }
            delivering = true;
        } finally {
            lock.unlock();
        }
        for (Optional<Place> due = nextDue(); due.isPresent(); due = nextDue()) {
            due.get().delivery.ifPresent(Runnable::run);
        }
    }

    private Optional<Place> nextDue() {
        lock.lock();
        try {
            Place first = places.peekFirst();
            if (first == null || !first.filled) {
                delivering = false;
                return Optional.empty();
            }
            return Optional.ofNullable(places.pollFirst());
        } finally {
            lock.unlock();
        }
    }
}

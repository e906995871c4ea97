package io.penstock.server.page;

import io.penstock.pipeline.ResultJson;
import io.penstock.server.net.WebSocketClient;
import io.penstock.server.net.WebSocketMessage;
import io.penstock.serving.call.ServingException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One viewer of the page. For each stream that it sees, only the newest frame that was not sent yet is kept; one that a
 * newer one replaces is counted as superseded. Streams take turns: what has waited longest goes first.
 *
 * <p>Threads: feeds hand frames over from theirs; the rest comes from the connection's event loop. The lock is held for
 * moments, and never while a feed's is taken.
 */
final class DashboardSession implements WebSocketClient {
    private final Dashboard dashboard;
    private final Runnable wake;
    private final Map<Subscription, PictureFeed> feeds = new HashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Subscription, PictureFeed.Shown> frames = new LinkedHashMap<>();
    private @Nullable String figures;
    private @Nullable String refusal;
    private Set<Subscription> wanted = Set.of();
    private boolean wantsFigures;

    DashboardSession(Dashboard dashboard, Runnable wake) {
        this.dashboard = dashboard;
        this.wake = wake;
    }

    @Override
    public void received(String text) {
        try {
            ViewerRequest request = ViewerRequest.read(text);
            request.subscribe().ifPresent(this::subscribe);
            request.stats().ifPresent(this::wantFigures);
        } catch (ServingException e) { // one message ends here; the viewer is told, and may ask better
            StringBuilder answer = new StringBuilder("{\"type\":\"error\",\"error\":");
            ResultJson.string(answer, e.sentence());
            refusal = answer.append('}').toString();
        }
    }

    private void subscribe(Set<Subscription> subscriptions) {
        Map<Subscription, PictureFeed> opened = new HashMap<>();
        for (Subscription subscription : subscriptions) {
            PictureFeed feed = feeds.get(subscription);
            // A pipeline that was replaced has other streams under the same names.
            opened.put(subscription, feed == null || feed.isOver() ? dashboard.feed(subscription) : feed);
        }
        lock.lock();
        try {
            wanted = Set.copyOf(subscriptions);
            frames.keySet().retainAll(wanted);
        } finally {
            lock.unlock();
        }
        Set<PictureFeed> before = new HashSet<>(feeds.values());
        before.removeAll(opened.values());
        before.forEach(feed -> feed.leave(this));
        feeds.clear();
        feeds.putAll(opened);
        opened.values().forEach(feed -> feed.join(this));
    }

    private void wantFigures(boolean wants) {
        lock.lock();
        try {
            wantsFigures = wants;
            figures = wants ? figures : null;
        } finally {
            lock.unlock();
        }
        if (wants) {
            dashboard.figures().join(this);
        } else {
            dashboard.figures().leave(this);
        }
    }

    /** A newer frame, from its feed's thread. */
    void show(PictureFeed.Shown frame) {
        PictureFeed.Shown replaced;
        lock.lock();
        try {
            if (!wanted.contains(frame.subscription())) {
                return;
            }
            replaced = frames.put(frame.subscription(), frame);
        } finally {
            lock.unlock();
        }
        if (replaced != null) {
            replaced.stream().countSuperseded(1);
        }
        wake.run();
    }

    /** Newer figures, from their feed's thread. */
    void showFigures(String json) {
        lock.lock();
        try {
            figures = wantsFigures ? json : null;
        } finally {
            lock.unlock();
        }
        wake.run();
    }

    @Override
    public Optional<WebSocketMessage> next() {
        if (refusal != null) {
            String text = refusal;
            refusal = null;
            return Optional.of(new WebSocketMessage.Text(text));
        }
        Optional<String> told = takeFigures();
        if (told.isPresent()) {
            reopen();
            return told.map(WebSocketMessage.Text::new);
        }
        PictureFeed.Shown frame;
        lock.lock();
        try {
            Iterator<PictureFeed.Shown> waiting = frames.values().iterator();
            if (!waiting.hasNext()) {
                return Optional.empty();
            }
            frame = waiting.next();
            waiting.remove();
        } finally {
            lock.unlock();
        }
        frame.stream().countSent();
        return Optional.of(frame.message());
    }

    private Optional<String> takeFigures() {
        lock.lock();
        try {
            Optional<String> newest = Optional.ofNullable(figures);
            figures = null;
            return newest;
        } finally {
            lock.unlock();
        }
    }

    /** Streams that ended may be there again, under the same names: a document was read again. */
    private void reopen() {
        for (Map.Entry<Subscription, PictureFeed> entry : feeds.entrySet()) {
            if (!entry.getValue().isOver()) {
                continue;
            }
            try {
                PictureFeed feed = dashboard.feed(entry.getKey());
                if (!feed.isOver()) {
                    entry.setValue(feed);
                    feed.join(this);
                }
            } catch (ServingException e) {
                // Not there yet: the next figures ask again.
            }
        }
    }

    @Override
    public void closed() {
        lock.lock();
        try {
            wanted = Set.of();
            frames.clear();
            wantsFigures = false;
        } finally {
            lock.unlock();
        }
        feeds.values().forEach(feed -> feed.leave(this));
        feeds.clear();
        dashboard.figures().leave(this);
    }
}

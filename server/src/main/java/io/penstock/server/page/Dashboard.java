package io.penstock.server.page;

import io.penstock.pipeline.Figures;
import io.penstock.pipeline.LiveStream;
import io.penstock.pipeline.Pipeline;
import io.penstock.server.net.WebSocketEndpoint;
import io.penstock.serving.ModelRegistry;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * {@code /dashboard/live}: what viewers of the page see, over one connection each.
 *
 * <p>Threads: any.
 */
public final class Dashboard {
    static final String PATH = "/dashboard/live";

    private final Supplier<List<Pipeline>> pipelines;
    private final DashboardFigures figures;
    private final FiguresFeed figuresFeed;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Subscription, PictureFeed> feeds = new HashMap<>();

    /**
     * What is shown.
     *
     * @param cards what runs each model, by its name
     */
    public record Sources(
            ModelRegistry models, Supplier<List<Pipeline>> pipelines, Supplier<Map<String, ModelCard>> cards) {}

    /**
     * @param figures those of {@code /dashboard/stats}
     * @param unready why the server is not ready; empty when it is
     */
    public Dashboard(Sources sources, Supplier<Figures> figures, Supplier<List<String>> unready) {
        this.pipelines = sources.pipelines();
        this.figures = new DashboardFigures(sources, figures, unready);
        this.figuresFeed = new FiguresFeed(this.figures::json);
    }

    /** @param maxViewers connected at once */
    public WebSocketEndpoint endpoint(int maxViewers) {
        return new WebSocketEndpoint(PATH, maxViewers, wake -> new DashboardSession(this, wake));
    }

    /** What a viewer is told each second, for one that is not connected yet. */
    String state() {
        return figures.json();
    }

    FiguresFeed figures() {
        return figuresFeed;
    }

    /** @throws ServingException with {@code NOT_FOUND} if there is no such stream */
    PictureFeed feed(Subscription subscription) {
        LiveStream stream = find(subscription);
        lock.lock();
        try {
            feeds.values().removeIf(PictureFeed::isOver);
            PictureFeed feed = feeds.get(subscription);
            if (feed == null || feed.stream() != stream) {
                feed = new PictureFeed(subscription, stream);
                feeds.put(subscription, feed);
            }
            return feed;
        } finally {
            lock.unlock();
        }
    }

    private LiveStream find(Subscription subscription) {
        return pipelines.get().stream()
                .filter(pipeline -> pipeline.name().equals(subscription.pipeline()))
                .flatMap(pipeline -> pipeline.findStream(subscription.stream()).stream())
                .findFirst()
                .orElseThrow(() -> new ServingException(
                        ErrorCode.NOT_FOUND,
                        "there is no stream " + subscription.pipeline() + "/" + subscription.stream()
                                + "; GET /pipelines lists them"));
    }
}

package io.penstock.app;

import io.penstock.pipeline.Pipeline;
import io.penstock.server.page.ModelCard;
import io.penstock.serving.OnDemandModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The pipelines that run, and their change to what edited documents say.
 *
 * <p>Threads: one at a time changes it; any number read what runs.
 */
final class PipelineSet implements AutoCloseable {
    /** How long a request may take from finding a pipeline to entering it. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final PipelineAssembler assembler;
    private final Duration longestRequest;
    private final List<RunningPipeline> running = new CopyOnWriteArrayList<>();
    private boolean stopped;

    /** @param longestRequest after which a request is over, one way or the other */
    PipelineSet(PipelineAssembler assembler, Duration longestRequest) {
        this.assembler = assembler;
        this.longestRequest = longestRequest;
    }

    List<RunningPipeline> running() {
        return running;
    }

    /** Those that have steps, and so can be asked with a picture. */
    List<Pipeline> pipelines() {
        return running.stream()
                .flatMap(pipeline -> pipeline.pipeline().stream())
                .toList();
    }

    /** What the page says of each model that is loaded, by its name. */
    Map<String, ModelCard> cards() {
        return running.stream()
                .collect(Collectors.toMap(pipeline -> pipeline.model().name(), assembler::card, (one, _) -> one));
    }

    /** Loads a pipeline and lets it answer; its cameras wait for {@link #startCameras}. */
    void add(Target target) throws InterruptedException {
        RunningPipeline pipeline = assembler.assemble(target, Optional.empty());
        running.add(pipeline);
        assembler.openSinks(pipeline);
        assembler.register(pipeline);
    }

    /** Starts the cameras that do not run yet, unless {@link #stopCameras} came before. */
    synchronized void startCameras() {
        if (!stopped) {
            running.stream().filter(pipeline -> !pipeline.hasStarted()).forEach(assembler::start);
        }
    }

    synchronized void stopCameras() {
        stopped = true;
        running.forEach(RunningPipeline::stopCameras);
    }

    void closeSinks() {
        running.forEach(RunningPipeline::closeSinks);
    }

    /**
     * Changes what runs to {@code targets}. Everything new is loaded first: if any of it fails, what runs stays as it
     * is. Then names change hands, cameras change over, and what is gone finishes its requests and is unloaded. A model
     * whose own lines stayed the same stays loaded.
     *
     * @return one sentence for each pipeline that changed
     */
    List<String> change(List<Target> targets) throws InterruptedException {
        List<RunningPipeline> before = List.copyOf(running);
        List<RunningPipeline> after = new ArrayList<>();
        List<RunningPipeline> fresh = new ArrayList<>();
        boolean loaded = false;
        try {
            for (Target target : targets) {
                Optional<RunningPipeline> old = find(before, target.pipeline().name());
                if (old.isPresent() && old.get().target().equals(target)) {
                    after.add(old.get());
                    continue;
                }
                RunningPipeline made = old.isPresent() && old.get().hasModelOf(target)
                        ? assembler.join(target, old.get().loaded(), Optional.empty())
                        : assembler.assemble(target, Optional.empty());
                fresh.add(made);
                after.add(made);
                assembler.openSinks(made);
            }
            loaded = true;
        } finally {
            if (!loaded) {
                fresh.forEach(made -> end(made, before));
            }
        }
        List<RunningPipeline> gone =
                before.stream().filter(old -> !after.contains(old)).toList();
        swap(fresh, gone, after);
        return sentences(fresh, gone);
    }

    private void swap(List<RunningPipeline> fresh, List<RunningPipeline> gone, List<RunningPipeline> after)
            throws InterruptedException {
        running.addAll(fresh);
        running.removeAll(gone);
        fresh.forEach(assembler::register);
        gone.forEach(old -> assembler.unregister(old, after));
        gone.forEach(RunningPipeline::stopCameras);
        startCameras();
        if (gone.isEmpty()) {
            return;
        }
        TimeUnit.NANOSECONDS.sleep(GRACE.toNanos());
        for (RunningPipeline old : gone) {
            old.awaitIdle(longestRequest);
            end(old, after);
        }
    }

    /** Ends a pipeline, but not a model that others use. */
    private static void end(RunningPipeline pipeline, List<RunningPipeline> others) {
        if (isUsed(others, pipeline.model())) {
            pipeline.closeSinks();
        } else {
            pipeline.close();
        }
    }

    private static boolean isUsed(List<RunningPipeline> pipelines, OnDemandModel model) {
        return pipelines.stream().anyMatch(pipeline -> pipeline.model() == model);
    }

    private static Optional<RunningPipeline> find(List<RunningPipeline> pipelines, String name) {
        return pipelines.stream()
                .filter(pipeline -> pipeline.target().pipeline().name().equals(name))
                .findFirst();
    }

    private static List<String> sentences(List<RunningPipeline> fresh, List<RunningPipeline> gone) {
        List<String> sentences = new ArrayList<>();
        for (RunningPipeline made : fresh) {
            String name = made.target().pipeline().name();
            sentences.add(name + (find(gone, name).isPresent() ? " runs as edited" : " was added and runs"));
        }
        for (RunningPipeline old : gone) {
            String name = old.target().pipeline().name();
            if (find(fresh, name).isEmpty()) {
                sentences.add(name + " was taken out and has ended");
            }
        }
        return sentences;
    }

    @Override
    public void close() {
        running.forEach(RunningPipeline::close);
    }
}

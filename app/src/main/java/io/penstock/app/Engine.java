package io.penstock.app;

import io.penstock.backend.onnxruntime.OnnxRuntimeNatives;
import io.penstock.media.FfmpegNatives;
import io.penstock.media.FfmpegPictureCodec;
import io.penstock.pipeline.CpuPool;
import io.penstock.pipeline.frame.PictureCodec;
import io.penstock.pipeline.frame.ResultPainter;
import io.penstock.serving.FetchProgress;
import io.penstock.serving.HubEndpoint;
import io.penstock.serving.ModelCache;
import io.penstock.serving.ModelFetcher;
import io.penstock.serving.ModelLoader;
import io.penstock.serving.ModelRegistry;
import io.penstock.serving.net.Backoff;
import io.penstock.serving.net.OutboundHttp;
import io.penstock.serving.tensor.TensorPool;
import io.penstock.vision.draw.DetectionPainter;
import java.time.Clock;

/** What all pipelines of this process use together: memory, processors, codecs, and the models that are loaded. */
record Engine(
        TensorPool pool,
        CpuPool cpu,
        PictureCodec codec,
        ResultPainter painter,
        ModelFetcher fetcher,
        ModelLoader loader,
        ModelRegistry models,
        int cores)
        implements AutoCloseable {
    private static final long BYTES_IN_FLIGHT = 1L << 30;
    private static final long MOST_PIXELS = 100_000_000;

    /** Fetches models in silence. */
    static Engine start(UserFolders folders) {
        return start(folders, FetchProgress.SILENT);
    }

    static Engine start(UserFolders folders, FetchProgress progress) {
        ModelFetcher fetcher = fetcher(folders, progress, ModelCache.USUAL_BYTES);
        OnnxRuntimeNatives.useCache(folders.cache().resolve("natives"));
        FfmpegNatives.useCache(folders.cache().resolve("natives"));
        int cores = Runtime.getRuntime().availableProcessors();
        TensorPool pool = new TensorPool(BYTES_IN_FLIGHT);
        return new Engine(
                pool,
                new CpuPool(cores),
                new FfmpegPictureCodec(MOST_PIXELS),
                new DetectionPainter(),
                fetcher,
                new ModelLoader(pool),
                new ModelRegistry(),
                cores);
    }

    /**
     * What brings models to this machine, for commands that need nothing else of the engine.
     *
     * @throws CommandException if {@code HF_ENDPOINT} is no address
     */
    static ModelFetcher fetcher(UserFolders folders, FetchProgress progress, long cacheBytes) {
        HubEndpoint hub;
        try {
            hub = HubEndpoint.of(System.getenv());
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, "HF_ENDPOINT: " + e.getMessage(), e);
        }
        return new ModelFetcher(
                new ModelCache(folders.cache().resolve("models"), cacheBytes, Clock.systemUTC()),
                new OutboundHttp(OutboundHttp.Limits.USUAL, Backoff.usual()),
                hub,
                progress);
    }

    @Override
    public void close() {
        fetcher.close();
        cpu.close();
        pool.close();
    }
}

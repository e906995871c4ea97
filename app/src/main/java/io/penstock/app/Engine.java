package io.penstock.app;

import io.penstock.backend.onnxruntime.OnnxRuntimeDevices;
import io.penstock.backend.onnxruntime.OnnxRuntimeNatives;
import io.penstock.connectors.sqlite.SqliteDatabase;
import io.penstock.media.FfmpegNatives;
import io.penstock.media.FfmpegPictureCodec;
import io.penstock.pipeline.CpuPool;
import io.penstock.pipeline.frame.PictureCodec;
import io.penstock.pipeline.frame.ResultPainter;
import io.penstock.serving.DeviceMemory;
import io.penstock.serving.FetchProgress;
import io.penstock.serving.HubEndpoint;
import io.penstock.serving.ModelCache;
import io.penstock.serving.ModelFetcher;
import io.penstock.serving.ModelLoader;
import io.penstock.serving.ModelRegistry;
import io.penstock.serving.net.Backoff;
import io.penstock.serving.net.OutboundHttp;
import io.penstock.serving.tensor.TensorPool;
import io.penstock.spec.DeviceChoice;
import io.penstock.spec.ServerSpec;
import io.penstock.vision.draw.DetectionPainter;
import java.time.Clock;

/** What all pipelines of this process use together: memory, processors, codecs, loaded models, the database. */
record Engine(
        TensorPool pool,
        CpuPool cpu,
        PictureCodec codec,
        ResultPainter painter,
        ModelFetcher fetcher,
        ModelLoader loader,
        ModelRegistry models,
        ModelDevices devices,
        ServerSpec.Limits limits,
        SqliteDatabase database,
        int cores)
        implements AutoCloseable {
    /** Fetches models in silence. */
    static Engine start(UserFolders folders, ServerSpec server) {
        return start(folders, server, FetchProgress.SILENT);
    }

    /** @param server says what memory, pictures and the cache may take */
    static Engine start(UserFolders folders, ServerSpec server, FetchProgress progress) {
        ServerSpec.Limits limits = server.limits();
        ModelFetcher fetcher = fetcher(folders, progress, server);
        OnnxRuntimeNatives.useCache(folders.cache().resolve("natives"));
        FfmpegNatives.useCache(folders.cache().resolve("natives"));
        int cores = Runtime.getRuntime().availableProcessors();
        TensorPool pool = new TensorPool(limits.bytesInFlight().bytes());
        return new Engine(
                pool,
                new CpuPool(cores),
                new FfmpegPictureCodec(limits.picturePixels()),
                new DetectionPainter(),
                fetcher,
                new ModelLoader(pool),
                new ModelRegistry(),
                new ModelDevices(
                        server.devices(), new OnnxRuntimeDevices(folders.cache().resolve("tensorrt")), cores),
                limits,
                new SqliteDatabase(folders.state(), folders.cache().resolve("natives")),
                cores);
    }

    /**
     * What brings models to this machine, for commands that need nothing else of the engine.
     *
     * @throws CommandException if {@code HF_ENDPOINT} is no address
     */
    static ModelFetcher fetcher(UserFolders folders, FetchProgress progress, ServerSpec server) {
        HubEndpoint hub;
        try {
            hub = HubEndpoint.of(System.getenv());
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, "HF_ENDPOINT: " + e.getMessage(), e);
        }
        return new ModelFetcher(
                new ModelCache(
                        folders.cache().resolve("models"),
                        server.cache().bytes().bytes(),
                        server.limits().modelBytes().bytes(),
                        Clock.systemUTC()),
                new OutboundHttp(OutboundHttp.Limits.USUAL, Backoff.usual()),
                hub,
                progress);
    }

    /** What models may take of the processors' memory. */
    DeviceMemory memory() {
        return devices.of(DeviceChoice.CPU).memory();
    }

    @Override
    public void close() {
        devices.close();
        database.close();
        fetcher.close();
        cpu.close();
        pool.close();
    }
}

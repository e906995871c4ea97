package io.penstock.app;

import io.penstock.backend.onnxruntime.OnnxRuntimeNatives;
import io.penstock.connectors.sqlite.SqliteDatabase;
import io.penstock.media.FfmpegNatives;
import io.penstock.media.FfmpegPictureCodec;
import io.penstock.pipeline.CpuPool;
import io.penstock.pipeline.frame.PictureCodec;
import io.penstock.pipeline.frame.ResultPainter;
import io.penstock.serving.ModelLoader;
import io.penstock.serving.ModelRegistry;
import io.penstock.serving.tensor.TensorPool;
import io.penstock.spec.ServerSpec;
import io.penstock.vision.draw.DetectionPainter;

/** What all pipelines of this process use together: memory, processors, codecs, loaded models, the database. */
record Engine(
        TensorPool pool,
        CpuPool cpu,
        PictureCodec codec,
        ResultPainter painter,
        ModelLoader loader,
        ModelRegistry models,
        ServerSpec.Limits limits,
        SqliteDatabase database,
        int cores)
        implements AutoCloseable {

    /** @param limits of the process: memory, and the size of pictures */
    static Engine start(UserFolders folders, ServerSpec.Limits limits) {
        OnnxRuntimeNatives.useCache(folders.cache().resolve("natives"));
        FfmpegNatives.useCache(folders.cache().resolve("natives"));
        int cores = Runtime.getRuntime().availableProcessors();
        TensorPool pool = new TensorPool(limits.bytesInFlight().bytes());
        return new Engine(
                pool,
                new CpuPool(cores),
                new FfmpegPictureCodec(limits.picturePixels()),
                new DetectionPainter(),
                new ModelLoader(pool),
                new ModelRegistry(),
                limits,
                new SqliteDatabase(folders.state(), folders.cache().resolve("natives")),
                cores);
    }

    @Override
    public void close() {
        database.close();
        cpu.close();
        pool.close();
    }
}

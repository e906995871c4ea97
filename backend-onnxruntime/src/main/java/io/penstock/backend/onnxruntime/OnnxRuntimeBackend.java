package io.penstock.backend.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.penstock.serving.backend.Backend;
import io.penstock.serving.backend.ModelArtifact;
import io.penstock.serving.backend.ModelSignature;
import io.penstock.serving.backend.TensorInstance;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import io.penstock.spec.DeviceChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Executes ONNX models on one device with ONNX Runtime. All instances of a model share one session, so that its weights
 * are in memory once.
 *
 * <p>Threads: {@link #load} may be called by several at once.
 */
public final class OnnxRuntimeBackend implements Backend {
    private final OrtEnvironment environment;
    private final Sessions sessions;
    private final ProviderPlan plan;
    private final int intraOpThreads;
    private final Path engines;

    /**
     * On the processors.
     *
     * @param intraOpThreads threads of one execution, the caller's among them
     */
    public OnnxRuntimeBackend(int intraOpThreads) {
        this(
                new OrtSessions(OnnxRuntimeNatives.load()),
                ProviderPlan.usual(DeviceChoice.CPU),
                intraOpThreads,
                Path.of(""));
    }

    /** @param engines the folder below which TensorRT keeps what it builds; for other devices of no use */
    OnnxRuntimeBackend(Sessions sessions, ProviderPlan plan, int intraOpThreads, Path engines) {
        this.environment = OnnxRuntimeNatives.load();
        this.sessions = sessions;
        this.plan = plan;
        this.intraOpThreads = intraOpThreads;
        this.engines = engines;
    }

    @Override
    public List<TensorInstance> load(ModelArtifact artifact, int instances) {
        Path folder = plan.keepsEngines() ? EngineFolder.of(engines, artifact.file()) : engines;
        try {
            OrtSession session = sessions.open(artifact.file(), intraOpThreads, plan.providers(folder));
            return instances(session, artifact.name(), instances);
        } catch (OrtException e) {
            String where = plan.device().equals(DeviceChoice.CPU) ? "" : " on " + plan.device();
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST,
                    "model " + artifact.name() + ": ONNX Runtime refuses "
                            + artifact.file().getFileName() + where + ": " + OrtMessages.sentence(e),
                    e);
        }
    }

    private List<TensorInstance> instances(OrtSession session, String name, int count) throws OrtException {
        boolean done = false;
        try {
            ModelSignature signature = OrtSignatures.read(session, name);
            AtomicInteger open = new AtomicInteger(count);
            List<TensorInstance> instances = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                instances.add(new OrtTensorInstance(environment, new SharedSession(session, open), name, signature));
            }
            done = true;
            return instances;
        } finally {
            if (!done) {
                session.close();
            }
        }
    }

    /** A session that the last of its instances closes. */
    record SharedSession(OrtSession session, AtomicInteger open) {
        void release() throws OrtException {
            if (open.decrementAndGet() == 0) {
                session.close();
            }
        }
    }
}

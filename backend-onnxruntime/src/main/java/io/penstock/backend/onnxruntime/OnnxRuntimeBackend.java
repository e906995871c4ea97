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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Executes ONNX models on the CPU with ONNX Runtime. All instances of a model share one session, so that its weights
 * are in memory once.
 *
 * <p>Threads: {@link #load} may be called by several at once.
 */
public final class OnnxRuntimeBackend implements Backend {
    private final int intraOpThreads;
    private final OrtEnvironment environment;

    /** @param intraOpThreads threads of one execution, the caller's among them */
    public OnnxRuntimeBackend(int intraOpThreads) {
        this.intraOpThreads = intraOpThreads;
        this.environment = OnnxRuntimeNatives.load();
    }

    @Override
    public List<TensorInstance> load(ModelArtifact artifact, int instances) {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(intraOpThreads);
            options.setInterOpNumThreads(1);
            options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            // Spinning threads would take the cores that other models and the pictures need.
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            OrtSession session = environment.createSession(artifact.file().toString(), options);
            return instances(session, artifact.name(), instances);
        } catch (OrtException e) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST,
                    "model " + artifact.name() + ": ONNX Runtime refuses "
                            + artifact.file().getFileName() + ": " + OrtMessages.sentence(e),
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

package io.penstock.backend.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.List;

/** Opens sessions with execution providers: where ONNX Runtime, its providers' libraries and the drivers are met. */
interface Sessions {
    /**
     * Opens a model; the caller closes it.
     *
     * @param threads of one execution on the processors, the caller's among them
     * @param providers asked in this order, before the processors
     * @throws OrtException if a provider cannot be used, or the file is refused
     */
    OrtSession open(Path model, int threads, List<Provider> providers) throws OrtException;

    /**
     * Opens a model of one node and closes it: the lists of ONNX Runtime name what was compiled in, and only a session
     * needs library, driver and device all together.
     *
     * @throws OrtException if one of the providers cannot be used
     */
    void probe(List<Provider> providers) throws OrtException;
}

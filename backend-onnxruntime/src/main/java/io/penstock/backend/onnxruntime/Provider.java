package io.penstock.backend.onnxruntime;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * One of ONNX Runtime's execution providers, and what it is told.
 *
 * @param options by the names of ONNX Runtime's documentation, in the order in which they are set
 */
record Provider(Kind kind, SequencedMap<String, String> options) {
    /** Those that need a library beside ONNX Runtime's own; the processors are behind every list, unsaid. */
    enum Kind {
        TENSORRT,
        CUDA
    }

    Provider {
        options = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(options));
    }
}

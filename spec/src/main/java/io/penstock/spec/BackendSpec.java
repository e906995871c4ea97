package io.penstock.spec;

import java.util.OptionalInt;

/** What executes a model. */
public sealed interface BackendSpec {
    /** ONNX Runtime, in this process. */
    @Field("ONNX Runtime, in this process.")
    record Onnxruntime(
            @Field(value = "Threads of one execution; absent, the cores divided by the instances.", min = 1, max = 1024)
            OptionalInt intraOpThreads)
            implements BackendSpec {}
}

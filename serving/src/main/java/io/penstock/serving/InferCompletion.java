package io.penstock.serving;

import io.penstock.serving.call.ServingException;

/** Is told once how an inference ended. On the thread that ended it, which has other things to do: nothing here may block. */
public interface InferCompletion {
    /** @param response this one's to close */
    void answered(InferResponse response);

    void failed(ServingException failure);
}

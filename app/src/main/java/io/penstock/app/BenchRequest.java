package io.penstock.app;

import io.penstock.app.client.HttpCall;
import java.util.List;
import java.util.Map;

/**
 * What each request of a benchmark carries.
 *
 * @param models that were named; none to take the only one
 * @param shapes by input, where open dimensions are not to be 1
 */
record BenchRequest(
        List<String> models,
        BenchInput input,
        Encoding encoding,
        List<HttpCall.Header> headers,
        Map<String, List<Long>> shapes) {
    /** How tensors travel over HTTP. */
    enum Encoding {
        /** In binary if the server lists {@code binary_tensor_data}. */
        AUTO,
        BINARY,
        JSON
    }

    BenchRequest {
        models = List.copyOf(models);
        headers = List.copyOf(headers);
        shapes = Map.copyOf(shapes);
    }
}

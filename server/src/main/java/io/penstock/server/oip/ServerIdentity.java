package io.penstock.server.oip;

import java.util.List;

/** What the server says of itself. */
public record ServerIdentity(String name, String version) {
    /** Triton's extensions that are served here, by the names their clients look for. */
    static final List<String> EXTENSIONS =
            List.of("binary_tensor_data", "model_repository", "model_configuration", "statistics", "parameters");
}

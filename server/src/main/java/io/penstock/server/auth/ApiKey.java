package io.penstock.server.auth;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One key and what it opens. The key itself is known nowhere: only its hash is.
 *
 * @param name for messages
 * @param sha256 of the key's UTF-8 bytes, in 64 hexadecimal digits
 * @param models and pipelines it may use; absent for all
 * @param control whether it may load and unload models and change settings
 * @param requestsPerSecond absent for any number
 */
public record ApiKey(
        String name, String sha256, Optional<Set<String>> models, boolean control, OptionalInt requestsPerSecond) {
    public ApiKey {
        models = models.map(Set::copyOf);
    }
}

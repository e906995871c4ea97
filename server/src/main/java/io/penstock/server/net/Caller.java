package io.penstock.server.net;

import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.Optional;
import java.util.Set;

/**
 * Who sent a request, and what that caller may do.
 *
 * @param name for messages; never a secret
 * @param names models and pipelines that may be used and seen; absent for all
 * @param control whether models may be loaded and unloaded, and settings changed
 * @param pace counts one more message of a stream; throws {@code RATE_LIMITED} where there were too many
 */
public record Caller(String name, Optional<Set<String>> names, boolean control, Runnable pace) {
    /** A caller of a server that asks nobody for a key. */
    public static final Caller EVERYONE = new Caller("everyone", Optional.empty(), true, () -> {});
    /** A caller without a key, where a path is open to such. */
    public static final Caller UNKNOWN = new Caller("unknown", Optional.of(Set.of()), false, () -> {});

    private static final int SHOWN = 80;

    public Caller {
        names = names.map(Set::copyOf);
    }

    /** Whether a model or pipeline of this name may be used. */
    public boolean mayUse(String model) {
        return names.isEmpty() || names.get().contains(model);
    }

    /** @throws ServingException with {@code FORBIDDEN}, whether there is a model or pipeline of this name or not */
    public void requireUse(String model) {
        if (!mayUse(model)) {
            String shown = model.length() <= SHOWN ? model : model.substring(0, SHOWN) + "…";
            throw refused("may not use '" + shown + "'; it is not among its models");
        }
    }

    /** @throws ServingException with {@code FORBIDDEN} unless the caller may do what {@code access} asks for */
    public void require(Access access) {
        if (access == Access.EVERYTHING && names.isPresent()) {
            throw refused("may use some models only, and this shows or touches all");
        }
        if (access == Access.CONTROL && !control) {
            throw refused("may not change what the server holds; that needs control: true");
        }
    }

    private ServingException refused(String why) {
        return new ServingException(ErrorCode.FORBIDDEN, "the key of '" + name + "' " + why);
    }

    /** A failure as this caller may see it: what is not found is often explained by the names of what there is. */
    public ServingException shown(ServingException failure) {
        return failure.code() == ErrorCode.NOT_FOUND && names.isPresent()
                ? new ServingException(ErrorCode.NOT_FOUND, "there is nothing of this name or version here", failure)
                : failure;
    }
}

package io.penstock.serving;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * One model's file in the cache, whole and verified.
 *
 * @param key of the entry: what its folder is called
 * @param uri as it may be shown and asked for again
 * @param sha256 of the file, lower case
 */
public record CachedModel(
        String key, String uri, Path file, String sha256, long bytes, Validators validators, Times times) {

    /** What the server called this version of the file, to be asked later whether it still is the newest. */
    public record Validators(Optional<String> etag, Optional<String> lastModified) {
        static final Validators NONE = new Validators(Optional.empty(), Optional.empty());

        boolean isEmpty() {
            return etag.isEmpty() && lastModified.isEmpty();
        }

        /** What tells two versions apart byte by byte, as going on with half a file needs it. */
        Optional<String> exact() {
            return etag.isPresent() ? etag.filter(tag -> !tag.startsWith("W/")) : lastModified;
        }
    }

    /**
     * When the file came, when the server last said that it is the newest, and when it was last used.
     */
    public record Times(Instant fetched, Instant checked, Instant used) {
        Times checkedAt(Instant now) {
            return new Times(fetched, now, now);
        }

        Times usedAt(Instant now) {
            return new Times(fetched, checked, now);
        }
    }

    CachedModel with(Times newer) {
        return new CachedModel(key, uri, file, sha256, bytes, validators, newer);
    }
}

package io.penstock.app;

import java.nio.file.Path;
import java.util.Map;

/** Where files of this user go. {@code ~} is {@code $HOME}, never Java's {@code user.home}, which ignores it. */
record UserFolders(Path cache, Path state) {
    static UserFolders of(Map<String, String> environment) {
        return new UserFolders(
                folder(environment, "PENSTOCK_CACHE", "XDG_CACHE_HOME", ".cache"),
                folder(environment, "PENSTOCK_STATE", "XDG_STATE_HOME", ".local/state"));
    }

    private static Path folder(Map<String, String> environment, String own, String xdg, String underHome) {
        String named = environment.getOrDefault(own, "");
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        String base = environment.getOrDefault(xdg, "");
        if (!base.isEmpty()) {
            return Path.of(base, "penstock");
        }
        String home = environment.getOrDefault("HOME", "");
        return Path.of(home.isEmpty() ? System.getProperty("user.home", ".") : home, underHome, "penstock");
    }
}

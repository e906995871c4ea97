package io.penstock.app;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** Opens a page in the user's browser, as each system does it. */
final class Browser {
    private Browser() {}

    /** Starts the browser and does not wait for it; where there is none, the address was printed anyway. */
    static void open(String address) {
        try {
            new ProcessBuilder(command(System.getProperty("os.name", ""), address))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException _) {
            System.err.println("penstock: no browser could be started; open " + address);
        }
    }

    static List<String> command(String system, String address) {
        String lower = system.toLowerCase(Locale.ROOT);
        if (lower.startsWith("mac")) {
            return List.of("open", address);
        }
        return lower.startsWith("windows")
                ? List.of("rundll32", "url.dll,FileProtocolHandler", address)
                : List.of("xdg-open", address);
    }
}

package io.penstock.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Says what runs. */
@Command(name = "version", description = "Prints the versions of Penstock and of Java.")
final class VersionCommand implements Callable<Integer> {
    private final Console console;

    VersionCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.out().println(line());
        return ExitCode.DONE.number();
    }

    /** {@code penstock 0.1.0 (Java 25.0.1+8)}. */
    static String line() {
        return "penstock " + number() + " (Java " + Runtime.version() + ")";
    }

    /** As the build wrote it into the jar; {@code dev} outside of one. */
    static String number() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}

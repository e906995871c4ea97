package io.penstock.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says what runs. */
@Command(name = "version", description = "Prints the versions of Penstock and of Java.")
final class VersionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().getOut().println("penstock " + number() + " (Java " + Runtime.version() + ")");
        return ExitCode.DONE.number();
    }

    /** As the build wrote it into the jar; {@code dev} outside of one. */
    static String number() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}

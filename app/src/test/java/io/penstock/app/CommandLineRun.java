package io.penstock.app;

import java.io.PrintWriter;
import java.io.StringWriter;

/** One run of the program inside the test's JVM: its exit code and what it printed. */
record CommandLineRun(int exitCode, String out, String err) {
    static CommandLineRun of(String... arguments) {
        return in(UserFolders.of(System.getenv()), arguments);
    }

    static CommandLineRun in(UserFolders folders, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.commandLine(new PrintWriter(out, true), new PrintWriter(err, true), folders)
                .execute(arguments);
        return new CommandLineRun(exitCode, out.toString(), err.toString());
    }
}

package io.penstock.app;

import io.penstock.spec.SpecSchema;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Prints the JSON schema of documents. */
@Command(
        name = "schema",
        description = {
            "Prints the JSON schema (draft 7) of documents, from which editors complete and check as you type.",
            "",
            "  penstock schema > penstock.schema.json",
            "",
            "Then let the first line of a document say where it lies:",
            "",
            "  # yaml-language-server: $schema=penstock.schema.json",
            ""
        },
        mixinStandardHelpOptions = true)
final class SchemaCommand implements Callable<Integer> {
    private final Console console;

    SchemaCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.out().print(SpecSchema.json());
        console.out().flush();
        return ExitCode.DONE.number();
    }
}

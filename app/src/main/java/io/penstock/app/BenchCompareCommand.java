package io.penstock.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Holds two results of {@code bench -o json} against each other. */
@Command(
        name = "compare",
        description = {
            "Compares two results of penstock bench -o json: what is better or worse, and how much each varied meanwhile.",
            "",
            "  penstock bench compare before.json after.json --fail-above 5%%",
            ""
        },
        mixinStandardHelpOptions = true)
final class BenchCompareCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(index = "0", paramLabel = "A", description = "The result to compare with.")
    private Path first = Path.of("");

    @Parameters(index = "1", paramLabel = "B", description = "The result that is compared.")
    private Path second = Path.of("");

    @Option(
            names = "--fail-above",
            paramLabel = "PERCENT",
            description = "Ends with 1 if a figure of B is worse by more than this: 5%%.")
    private Optional<String> failAbove = Optional.empty();

    BenchCompareCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Optional<Double> limit = failAbove.map(BenchCompareCommand::share);
        BenchComparison comparison = BenchComparison.of(result(first), result(second));
        Listing.table(
                console.out(),
                List.of("MODEL", "FIGURE", first.toString(), second.toString(), "DIFFERENCE", ""),
                comparison.cells());
        if (limit.isEmpty()) {
            return ExitCode.DONE.number();
        }
        List<BenchComparison.Row> worse = comparison.worseBy(limit.get());
        worse.forEach(row ->
                console.err().println(row.model() + ": " + row.figure() + " is worse by more than " + failAbove.get()));
        return (worse.isEmpty() ? ExitCode.DONE : ExitCode.FAILED).number();
    }

    private static double share(String percent) {
        if (!percent.matches("\\d{1,4}(\\.\\d{1,3})?%?")) {
            throw new CommandException(ExitCode.USAGE, "--fail-above must be a percentage such as 5%: " + percent);
        }
        return Double.parseDouble(percent.replace("%", "")) / 100;
    }

    private static Object result(Path file) {
        try {
            return TreeText.parse(Files.readString(file));
        } catch (IOException e) {
            throw new CommandException(ExitCode.REFUSED, "cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}

package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The plain way of reading the arguments of {@code run} reads as the command line's library does. */
class RunCommandTest {
    private final Console console =
            new Console(new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()));

    @Test
    void readsEveryOptionAsTheLibraryDoes() {
        List<String> arguments = new ArrayList<>(List.of("run", "one.yaml"));
        for (OptionSpec option :
                new CommandLine(new RunCommand(console)).getCommandSpec().options()) {
            if (option.usageHelp() || option.versionHelp()) {
                continue;
            }
            arguments.add(option.longestName());
            if (option.arity().max() > 0) {
                arguments.add(option.longestName().equals("--port") ? "8081" : "a=b");
            }
        }
        arguments.add("two.onnx");

        assertThat(arguments).contains("--port", "--set", "--open", "--stats");
        assertSame(arguments.toArray(String[]::new));
        assertSame("run", "--port=0", "--set=spec.model.instances=2", "--set", "a=b", "p.yaml", "--bind=0.0.0.0");
    }

    @Test
    void leavesToTheLibraryWhateverIsNotPlain() {
        for (String line : List.of(
                "run",
                "run --port",
                "run p.yaml --port many",
                "run p.yaml --help",
                "run p.yaml -h",
                "run p.yaml --prot 80",
                "run p.yaml --bind --port 80",
                "run --port 80",
                "validate p.yaml")) {
            assertThat(RunCommand.plain(console, line.split(" ", -1))).as(line).isEmpty();
        }
    }

    private void assertSame(String... arguments) {
        RunCommand library = new RunCommand(console);
        new CommandLine(library).parseArgs(Arrays.copyOfRange(arguments, 1, arguments.length));
        Optional<RunCommand> plain = RunCommand.plain(console, arguments);
        assertThat(plain).isPresent();
        assertThat(plain.orElseThrow().asked()).isEqualTo(library.asked());
    }
}

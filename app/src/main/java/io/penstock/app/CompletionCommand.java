package io.penstock.app;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what lets a shell complete commands and options. */
@Command(
        name = "completion",
        description = {
            "Prints a script that lets a shell complete commands, options and their values.",
            "",
            "  bash   source <(penstock completion bash)",
            "  zsh    source <(penstock completion zsh)",
            "  fish   penstock completion fish | source",
            ""
        },
        mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {
    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "bash|zsh|fish", description = "The shell.")
    private Shell shell = Shell.BASH;

    /** Shells that are known here. */
    enum Shell {
        BASH,
        ZSH,
        FISH;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    CompletionCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        CommandLine root = spec.root().commandLine();
        String script = switch (shell) {
            case BASH -> AutoComplete.bash("penstock", root);
            case ZSH ->
                "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n"
                        + AutoComplete.bash("penstock", root);
            case FISH -> fish(root);
        };
        console.out().print(script);
        console.out().flush();
        return ExitCode.DONE.number();
    }

    private static String fish(CommandLine root) {
        StringBuilder out = new StringBuilder("complete -c penstock -f\n");
        root.getSubcommands().forEach((name, command) -> {
            CommandSpec sub = command.getCommandSpec();
            if (sub.usageMessage().hidden()) {
                return;
            }
            candidate(out.append("complete -c penstock -n __fish_use_subcommand"), name, sub);
            fishOptions(out, name, sub);
        });
        return out.toString();
    }

    private static void candidate(StringBuilder out, String name, CommandSpec spec) {
        out.append(" -a ")
                .append(name)
                .append(" -d ")
                .append(quoted(first(spec.usageMessage().description())))
                .append('\n');
    }

    private static void fishOptions(StringBuilder out, String command, CommandSpec spec) {
        String seen = "complete -c penstock -n '__fish_seen_subcommand_from " + command + "'";
        if (!spec.positionalParameters().isEmpty()) {
            out.append(seen).append(" -F\n");
        }
        spec.subcommands().forEach((name, sub) -> {
            candidate(out.append(seen), name, sub.getCommandSpec());
            fishOptions(out, command, sub.getCommandSpec());
        });
        for (OptionSpec option : spec.options()) {
            out.append(seen);
            for (String name : option.names()) {
                out.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
            }
            out.append(option.arity().max() > 0 ? " -r" : "");
            out.append(" -d ").append(quoted(first(option.description()))).append('\n');
        }
    }

    private static String first(String[] description) {
        return description.length == 0 ? "" : description[0];
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}

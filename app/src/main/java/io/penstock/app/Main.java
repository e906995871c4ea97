package io.penstock.app;

import io.penstock.serving.call.ErrorType;
import io.penstock.serving.call.ServingException;
import io.penstock.spec.InvalidSpecException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program: reads the command line, and turns whatever a command throws into one sentence and an exit code. */
@Command(
        name = "penstock",
        synopsisSubcommandLabel = "COMMAND",
        description = "Runs GPU inference pipelines: requests and live video in, answers out.",
        footer = {
            "",
            "Start here:",
            "  penstock run samples/street/pipeline.yaml    a street camera, its boxes on http://127.0.0.1:8080",
            "  penstock run model.onnx                      serves a model without any document",
            "  penstock help COMMAND                        explains a command",
            "",
            "Exit codes: 0 done; 1 failed while running; 2 wrong usage; 3 the document or model was refused;",
            "4 a model or server could not be reached; 130 interrupted twice."
        })
final class Main {
    private static final int LEAST_HELP_COLUMNS = 55;
    private static final int MOST_HELP_COLUMNS = 100;

    private Main() {}

    public static void main(String[] arguments) {
        // Asked for by scripts: without the command line's library it takes a fraction of the time.
        if (arguments.length == 1 && arguments[0].equals("version")) {
            System.out.println(VersionCommand.line());
            return;
        }
        quietNetty();
        Preload preload = Preload.begin(arguments);
        int exitCode = run(arguments);
        preload.await();
        System.exit(exitCode);
    }

    /**
     * Netty's buffers tell a Flight Recorder of themselves unless told not to, 80 ms of the first request, and take a stack
     * trace for every 128th of them, to find who forgets one.
     */
    private static void quietNetty() {
        quiet("io.netty.jfr.enabled", "false");
        quiet("io.netty.leakDetection.level", "disabled");
    }

    private static void quiet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    static int run(String... arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        Console console = new Console(out, err);
        UserFolders folders = UserFolders.of(System.getenv());
        Optional<RunCommand> plain = RunCommand.plain(console, arguments);
        return plain.isPresent()
                ? ended(plain.get(), console)
                : commandLine(out, err, folders).execute(arguments);
    }

    /** Runs a command as the command line's library would. */
    @SuppressWarnings("CatchingUnchecked")
    private static int ended(RunCommand command, Console console) {
        try {
            return command.call();
        } catch (Exception e) {
            // Here the program ends.
            console.err().println("penstock: " + sentence(e));
            return exitCode(e).number();
        }
    }

    static CommandLine commandLine(PrintWriter out, PrintWriter err) {
        return commandLine(out, err, UserFolders.of(System.getenv()));
    }

    /** @param folders of the models and servers that {@code models} and {@code ps} are about */
    static CommandLine commandLine(PrintWriter out, PrintWriter err, UserFolders folders) {
        Console console = new Console(out, err);
        CommandLine line = new CommandLine(new Main());
        line.addSubcommand(new RunCommand(console));
        line.addSubcommand(new ValidateCommand(console));
        line.addSubcommand(new SchemaCommand(console));
        line.addSubcommand(new InferCommand(console));
        line.addSubcommand(new EvaluateCommand(console));
        CommandLine scene = new CommandLine(new SceneCommand());
        scene.addSubcommand(new SceneExportCommand(console));
        line.addSubcommand(scene);
        CommandLine models = new CommandLine(new ModelsCommand());
        models.addSubcommand(new ModelsListCommand(console, folders));
        models.addSubcommand(new ModelsPullCommand(console, folders));
        models.addSubcommand(new ModelsShowCommand(console, folders));
        models.addSubcommand(new ModelsRmCommand(console, folders));
        line.addSubcommand(models);
        line.addSubcommand(new PsCommand(console, folders));
        CommandLine bench = new CommandLine(new BenchCommand(console));
        bench.addSubcommand(new BenchCompareCommand(console));
        line.addSubcommand(bench);
        line.addSubcommand(new ConformanceCommand(console));
        line.addSubcommand(new CompletionCommand(console));
        line.addSubcommand(new VersionCommand(console));
        line.addSubcommand(new AotTrainCommand(console));
        line.addSubcommand(new CommandLine.HelpCommand());
        return configured(line, console);
    }

    private static CommandLine configured(CommandLine line, Console console) {
        line.setOut(console.out());
        line.setErr(console.err());
        line.setHelpFactory((spec, colours) -> {
            // Asked for only where help is written: what the kernel says takes milliseconds to ask.
            spec.usageMessage().width(helpColumns(Terminal.ofStandardError(System.getenv())));
            return new CommandLine.Help(spec, colours);
        });
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((exception, command, _) -> {
            command.getErr().println("penstock: " + sentence(exception));
            return exitCode(exception).number();
        });
        return line;
    }

    /** A line of help: as wide as the terminal, within what reads well and what the command line's library can do. */
    static int helpColumns(Terminal terminal) {
        return terminal.isInteractive()
                ? Math.clamp(terminal.columns().getAsInt(), LEAST_HELP_COLUMNS, MOST_HELP_COLUMNS)
                : MOST_HELP_COLUMNS;
    }

    private static String sentence(Exception exception) {
        return switch (exception) {
            case InvalidSpecException invalid -> "the document was refused\n" + invalid.getMessage();
            case CommandException command -> String.valueOf(command.getMessage());
            case ServingException serving -> serving.sentence();
            // Here the program ends: what nobody foresaw is named with its kind.
            default -> exception.getClass().getSimpleName() + ": " + exception.getMessage();
        };
    }

    private static ExitCode exitCode(Exception exception) {
        return switch (exception) {
            case InvalidSpecException _ -> ExitCode.REFUSED;
            case CommandException command -> command.exitCode();
            case ServingException serving when serving.code().type() == ErrorType.CLIENT -> ExitCode.REFUSED;
            case ServingException serving when serving.code().type() == ErrorType.UPSTREAM -> ExitCode.UNREACHABLE;
            default -> ExitCode.FAILED;
        };
    }
}

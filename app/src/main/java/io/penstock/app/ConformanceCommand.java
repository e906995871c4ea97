package io.penstock.app;

import io.penstock.conformance.ConformanceReport;
import io.penstock.conformance.ConformanceSuite;
import io.penstock.conformance.IdentityModels;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Holds any server against the Open Inference Protocol. */
@Command(
        name = "conformance",
        description = {
            "Holds a server against the Open Inference Protocol V2 and Triton's extensions of it.",
            "",
            "  penstock conformance http://127.0.0.1:8080",
            "  penstock conformance http://triton:8000 --grpc triton:8001 -o junit > oip.xml",
            "  penstock conformance --write-models models/      models that give back what they get",
            "",
            "Ends with 1 where a check fails that every server must pass.",
            ""
        },
        mixinStandardHelpOptions = true)
final class ConformanceCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(index = "0", arity = "0..1", paramLabel = "URL", description = "Where the server's REST side answers.")
    private Optional<URI> address = Optional.empty();

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "The model to ask where any will do. Default: one that the server lists.")
    private Optional<String> model = Optional.empty();

    @Option(
            names = "--grpc",
            paramLabel = "HOST:PORT",
            description = "Where gRPC answers. Default: at the URL's own address, if it does there.")
    private Optional<String> grpc = Optional.empty();

    @Option(
            names = "-o",
            paramLabel = "table|json|junit",
            description = "How the report is written; junit for build servers. Default: table.")
    private ConformanceReport.Format output = ConformanceReport.Format.TABLE;

    @Option(
            names = "--write-models",
            paramLabel = "DIR",
            description = "Writes a model for each datatype that gives back what it gets, as ONNX in Triton's layout.")
    private Optional<Path> models = Optional.empty();

    ConformanceCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (models.isPresent()) {
            List<String> written = IdentityModels.write(models.get());
            console.err().println("wrote " + String.join(", ", written) + " into " + models.get());
            if (address.isEmpty()) {
                return ExitCode.DONE.number();
            }
        }
        URI asked = address.filter(uri -> uri.getHost() != null)
                .orElseThrow(() -> new CommandException(
                        ExitCode.USAGE, "give the server's URL, such as http://127.0.0.1:8080, or --write-models DIR"));
        ConformanceReport report;
        try {
            report = new ConformanceSuite(asked, grpc, model).run();
        } catch (IOException e) {
            throw new CommandException(ExitCode.UNREACHABLE, "nothing answers at " + asked + ": " + e.getMessage(), e);
        }
        console.out().print(report.text(output));
        console.out().flush();
        return (report.isConformant() ? ExitCode.DONE : ExitCode.FAILED).number();
    }
}

package io.penstock.app;

import io.penstock.pipeline.ResultJson;
import io.penstock.vision.VisionPlan;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks documents and models without starting them. */
@Command(
        name = "validate",
        description = {
            "Checks documents and models without starting them, and says what every field left to Penstock was taken"
                    + " as, and why.",
            ""
        },
        mixinStandardHelpOptions = true)
final class ValidateCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Pipeline documents (.yaml) or models (.onnx).")
    private List<String> files = List.of();

    @Option(names = "-o", paramLabel = "table|json", description = "How the answer is written. Default: table.")
    private OutputFormat output = OutputFormat.TABLE;

    /** How the answer is written. */
    enum OutputFormat {
        TABLE,
        JSON
    }

    ValidateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        Documents documents = Documents.read(files);
        try (Engine engine =
                Engine.start(UserFolders.of(System.getenv()), documents.server(), ProgressBar.ofFetches(console))) {
            PipelineAssembler assembler = new PipelineAssembler(engine);
            StringBuilder json = new StringBuilder("[");
            for (Target target : documents.targets()) {
                try (RunningPipeline pipeline = assembler.assemble(target, Optional.empty())) {
                    report(pipeline, json);
                }
            }
            if (documents.targets().isEmpty() && output == OutputFormat.TABLE) {
                console.out().println("The document of kind Server is valid; there is no pipeline.");
            }
            if (output == OutputFormat.JSON) {
                console.out().println(json.append("]"));
            }
        }
        return ExitCode.DONE.number();
    }

    private void report(RunningPipeline pipeline, StringBuilder json) {
        List<String> evidence = pipeline.plan()
                .map(VisionPlan::evidence)
                .orElseGet(() -> List.of("No steps, so the model answers as it is: "
                        + VisionPlan.whyRaw(PipelineAssembler.model(pipeline.loaded()))));
        if (output == OutputFormat.TABLE) {
            console.out()
                    .println(pipeline.target().pipeline().name() + " is valid; its model is "
                            + pipeline.model().name() + ".");
            evidence.forEach(sentence -> console.out().println("  " + sentence));
            return;
        }
        json.append(json.length() == 1 ? "" : ",").append("{\"pipeline\":");
        ResultJson.string(json, pipeline.target().pipeline().name());
        json.append(",\"model\":");
        ResultJson.string(json, pipeline.model().name());
        ResultJson.strings(json.append(",\"evidence\":"), evidence);
        json.append('}');
    }
}

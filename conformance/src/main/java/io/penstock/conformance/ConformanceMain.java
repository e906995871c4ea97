package io.penstock.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The suite without the rest of Penstock: {@code java -cp … io.penstock.conformance.ConformanceMain URL}. */
public final class ConformanceMain {
    private static final String USAGE =
            "usage: ConformanceMain URL [--model NAME] [--grpc HOST:PORT] [-o table|json|junit] | --write-models DIR";

    private ConformanceMain() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        System.exit(run(List.of(arguments)));
    }

    /** @return 0 where every must holds, 1 where one fails, 2 for wrong usage, 4 where nothing answers */
    static int run(List<String> arguments) throws IOException, InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        List<String> rest = new ArrayList<>(arguments);
        Optional<String> models = option(rest, "--write-models");
        if (models.isPresent()) {
            out.println("wrote " + String.join(", ", IdentityModels.write(Path.of(models.get()))));
            return 0;
        }
        Optional<String> model = option(rest, "--model");
        Optional<String> grpc = option(rest, "--grpc");
        ConformanceReport.Format format;
        try {
            format = ConformanceReport.Format.valueOf(
                    option(rest, "-o").orElse("table").toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            System.err.println("-o must be table, json or junit; " + USAGE);
            return 2;
        }
        if (rest.size() != 1 || !rest.getFirst().matches("https?://.+")) {
            System.err.println(USAGE);
            return 2;
        }
        try {
            ConformanceReport report = new ConformanceSuite(URI.create(rest.getFirst()), grpc, model).run();
            out.print(report.text(format));
            return report.isConformant() ? 0 : 1;
        } catch (IOException e) {
            System.err.println("nothing answers at " + rest.getFirst() + ": " + e);
            return 4;
        }
    }

    private static Optional<String> option(List<String> arguments, String name) {
        int at = arguments.indexOf(name);
        if (at < 0 || at + 1 == arguments.size()) {
            return Optional.empty();
        }
        arguments.remove(at);
        return Optional.of(arguments.remove(at));
    }
}

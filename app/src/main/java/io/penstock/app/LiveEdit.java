package io.penstock.app;

import io.penstock.serving.call.ServingException;
import io.penstock.spec.InvalidSpecException;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Reads documents again when they are saved, and runs what they say. An edit that is refused is explained, and what runs
 * keeps running.
 *
 * <p>Threads: one of its own, until interrupted.
 */
final class LiveEdit implements Runnable {
    private final Documents.Request request;
    private final ServerProcess process;
    private final Console console;
    private final UnaryOperator<Documents> flags;
    private final DocumentWatch watch;
    private Documents current;

    /** @param flags puts what the command line says above what documents say */
    LiveEdit(
            Documents.Request request,
            Documents current,
            ServerProcess process,
            Console console,
            UnaryOperator<Documents> flags) {
        this.request = request;
        this.current = current;
        this.process = process;
        this.console = console;
        this.flags = flags;
        this.watch = new DocumentWatch(current.files());
    }

    @Override
    public void run() {
        try {
            while (true) {
                watch.awaitChange(current.files());
                apply();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void apply() throws InterruptedException {
        try {
            Documents edited = flags.apply(Documents.read(request));
            List<String> changes = process.change(edited);
            boolean serverChanged =
                    !edited.server().withAuth(current.server().auth()).equals(current.server());
            current = edited;
            process.refusedEdit("");
            changes.forEach(console.err()::println);
            if (serverChanged) {
                console.err().println("The document of kind Server changed: restart to let it take effect.");
            }
        } catch (RuntimeException e) {
            // Here one edit ends: whatever is wrong with it, what runs keeps running and the next one is looked at.
            String sentence = sentence(e);
            process.refusedEdit(sentence);
            console.err().println("penstock: the edit was refused, what runs keeps running\n" + sentence);
        }
    }

    private static String sentence(RuntimeException refused) {
        return switch (refused) {
            case InvalidSpecException invalid -> String.valueOf(invalid.getMessage());
            case CommandException command -> String.valueOf(command.getMessage());
            case ServingException serving -> serving.sentence();
            default -> refused.getClass().getSimpleName() + ": " + refused.getMessage();
        };
    }
}

package io.penstock.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Starts a document, asks it what users ask, and ends: while the JVM watches which classes that takes. */
@Command(name = "aot-train", hidden = true, description = "Runs a document once for the JVM's archive of classes.")
final class AotTrainCommand implements Callable<Integer> {
    private static final int ROUNDS = 5;

    private final Console console;

    @Parameters(paramLabel = "FILE", description = "The document.")
    private Path document = Path.of("");

    AotTrainCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        // What users type, word for word: classes and generated code of another way in are not those of a start.
        String[] arguments = {"run", document.toString(), "--port", "0", "--bind", "127.0.0.1", "--duration", "1ms"};
        Preload preload = Preload.begin(arguments);
        RunCommand run = RunCommand.plain(console, arguments).orElseThrow();
        try {
            return run.tellingWhenReady(this::askAsUsersDo).call();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return ExitCode.FAILED.number();
        } finally {
            preload.await();
        }
    }

    private void askAsUsersDo(int port) {
        try {
            String name = Documents.read(List.of(document.toString()))
                    .targets()
                    .getFirst()
                    .pipeline()
                    .name();
            for (int round = 0; round < ROUNDS; round++) {
                byte[] jpeg = body(ask(port, "GET", "/pipelines/" + name + "/streams/gate/frame.jpg", new byte[0]));
                ask(port, "POST", "/pipelines/" + name, jpeg);
                ask(port, "GET", "/", new byte[0]);
                ask(port, "GET", "/readyz", new byte[0]);
                ask(port, "GET", "/dashboard/stats", new byte[0]);
                ask(port, "GET", "/metrics", new byte[0]);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] ask(int port, String method, String path, byte[] body) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            String head = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: */*\r\n"
                    + "Content-Length: " + body.length + "\r\n\r\n";
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            out.write(body);
            out.flush();
            InputStream in = socket.getInputStream();
            return in.readAllBytes();
        }
    }

    private static byte[] body(byte[] response) {
        for (int i = 0; i + 3 < response.length; i++) {
            if (response[i] == '\r' && response[i + 1] == '\n' && response[i + 2] == '\r' && response[i + 3] == '\n') {
                return Arrays.copyOfRange(response, i + 4, response.length);
            }
        }
        return new byte[0];
    }
}

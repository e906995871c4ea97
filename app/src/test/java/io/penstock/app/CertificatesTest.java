package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.backend.onnxruntime.TinyOnnx;
import io.penstock.server.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a process shows its clients after the files of its certificate changed on disk. */
@Timeout(120)
class CertificatesTest {

    @TempDir
    private Path folder = Path.of("");

    /** Trusts all: what is asked here is who the server says it is. */
    private static final X509TrustManager ANYONE = new X509TrustManager() {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    };

    private TestCertificate certificate(String name) throws Exception {
        return TestCertificate.make(folder, "EC", name);
    }

    private static void write(TestCertificate each, Path directory) throws Exception {
        each.writeKey(directory.resolve("tls.key"));
        each.writeCertificate(directory.resolve("tls.crt"));
    }

    private static String shownAt(int port) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {ANYONE}, null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            socket.startHandshake();
            Certificate first = socket.getSession().getPeerCertificates()[0];
            return ((X509Certificate) first).getSubjectX500Principal().getName();
        }
    }

    private static void awaitShown(int port, String name) throws Exception {
        while (!shownAt(port).equals("CN=" + name)) {
            Thread.onSpinWait();
        }
    }

    @FunctionalInterface
    private interface Change {
        void at(int port) throws Exception;
    }

    private void withCertificatesIn(Path directory, Change change) throws Exception {
        Files.write(folder.resolve("tiny.onnx"), TinyOnnx.identity(1, -1, 4).bytes());
        Path document = folder.resolve("server.yaml");
        Files.writeString(document, """
                apiVersion: penstock.io/v1alpha1
                kind: Server
                spec: {listen: {tls: {certificate: %s/tls.crt, key: %s/tls.key}}}
                """.formatted(directory.getFileName(), directory.getFileName()));
        Documents read = Checkout.onFreePort(Documents.read(new Documents.Request(
                List.of(folder.resolve("tiny.onnx").toString()), Optional.of(document), List.of())));
        try (Engine engine = Engine.start(Checkout.folders(folder), read.server());
                ServerProcess process = new ServerProcess(engine, read, Instant.now())) {
            change.at(process.start());
            assertThat(process.drain(Duration.ofSeconds(20))).isTrue();
        }
    }

    @Test
    void showsWhatIsWrittenOverTheFilesAndKeepsTheOldOneMeanwhile() throws Exception {
        Path directory = Files.createDirectory(folder.resolve("certificates"));
        write(certificate("first"), directory);
        withCertificatesIn(directory, port -> {
            assertThat(shownAt(port)).isEqualTo("CN=first");
            TestCertificate second = certificate("second");
            TestCertificate third = certificate("third");
            Files.writeString(directory.resolve("tls.crt"), "no certificate");
            assertThat(shownAt(port)).isEqualTo("CN=first");
            write(second, directory);
            awaitShown(port, "second");
            write(third, directory);
            awaitShown(port, "third");
        });
    }

    /** Kubernetes mounts a secret as links into a folder named by a link {@code ..data}, which it replaces by a rename. */
    @Test
    void showsWhatASecretOfKubernetesHoldsAfterItsLinkWasSwapped() throws Exception {
        Path mount = Files.createDirectory(folder.resolve("mount"));
        write(certificate("first"), Files.createDirectory(mount.resolve("..2026_11_24")));
        Files.createSymbolicLink(mount.resolve("..data"), Path.of("..2026_11_24"));
        for (String file : List.of("tls.crt", "tls.key")) {
            Files.createSymbolicLink(mount.resolve(file), Path.of("..data", file));
        }
        withCertificatesIn(mount, port -> {
            assertThat(shownAt(port)).isEqualTo("CN=first");
            write(certificate("second"), Files.createDirectory(mount.resolve("..2026_11_25")));
            Files.createSymbolicLink(mount.resolve("..data_tmp"), Path.of("..2026_11_25"));
            Files.move(
                    mount.resolve("..data_tmp"),
                    mount.resolve("..data"),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            awaitShown(port, "second");
        });
    }
}

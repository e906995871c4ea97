package io.penstock.app;

import io.penstock.server.net.TlsCertificate;
import io.penstock.server.net.TlsException;
import io.penstock.spec.ServerSpec;
import java.nio.file.Path;
import java.util.Set;

/**
 * The certificate of a Server document, read again when its files change. What cannot be used is said in the log, and
 * what was read before stays.
 *
 * <p>Threads: {@link #run} on one of its own, until interrupted.
 */
final class Certificates implements Runnable {
    private static final System.Logger LOG = System.getLogger(Certificates.class.getName());

    private final TlsCertificate certificate;
    private final Set<Path> files;
    private final DocumentWatch watch;

    /**
     * @param tls its paths are absolute
     * @throws CommandException naming the field, if certificate or key cannot be used
     */
    Certificates(ServerSpec.Tls tls) {
        Path chain = Path.of(tls.certificate());
        Path key = Path.of(tls.key());
        this.files = chain.equals(key) ? Set.of(chain) : Set.of(chain, key);
        this.watch = new DocumentWatch(files);
        try {
            this.certificate = new TlsCertificate(chain, key, tls.plain() == ServerSpec.Tls.Plain.REDIRECT);
        } catch (TlsException e) {
            throw new CommandException(
                    ExitCode.REFUSED, "the document of kind Server: " + field(e) + ": " + e.getMessage(), e);
        }
    }

    private static String field(TlsException e) {
        return e.part() == TlsException.Part.KEY ? "spec.listen.tls.key" : "spec.listen.tls.certificate";
    }

    TlsCertificate certificate() {
        return certificate;
    }

    @Override
    public void run() {
        try {
            while (true) {
                watch.awaitChange(files);
                try {
                    certificate.reload();
                    LOG.log(System.Logger.Level.INFO, "new connections get the certificate of " + certificate.shown());
                } catch (TlsException e) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "the certificate was not changed, " + field(e) + ": " + e.getMessage());
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}

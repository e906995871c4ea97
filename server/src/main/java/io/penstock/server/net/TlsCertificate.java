package io.penstock.server.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * The certificate that a port shows, and its key. TLS 1.2 and 1.3; HTTP/2 or HTTP/1.1 by ALPN (RFC 7301), HTTP/1.1 for
 * clients without.
 *
 * <p>Threads: one reads it again, any number of event loops take handlers. A connection stays with what it began with.
 */
public final class TlsCertificate {
    private final Path certificate;
    private final Path key;
    private final boolean redirects;
    private volatile Loaded loaded;

    private record Loaded(SslContext context, String subject, Instant expires) {}

    /**
     * @param certificate PEM file of the chain, the server's own first
     * @param key PEM file of its private key
     * @param redirects whether plain GET and HEAD requests are sent on to https
     * @throws TlsException if one of them cannot be used
     */
    public TlsCertificate(Path certificate, Path key, boolean redirects) throws TlsException {
        this.certificate = certificate;
        this.key = key;
        this.redirects = redirects;
        this.loaded = load();
    }

    /**
     * Reads both files again, for connections to come.
     *
     * @throws TlsException if one of them cannot be used; what was read before stays then
     */
    public void reload() throws TlsException {
        loaded = load();
    }

    /** Whom the certificate names, and until when it is good. */
    public String shown() {
        Loaded now = loaded;
        return now.subject() + ", good until " + now.expires();
    }

    boolean redirects() {
        return redirects;
    }

    SslHandler handler(ByteBufAllocator buffers, Duration handshakeTimeout) {
        SslHandler handler = loaded.context().newHandler(buffers);
        handler.setHandshakeTimeoutMillis(handshakeTimeout.toMillis());
        return handler;
    }

    private Loaded load() throws TlsException {
        List<X509Certificate> chain = PemFiles.certificates(certificate);
        X509Certificate own = chain.getFirst();
        PrivateKey owned = PemFiles.key(key, own.getPublicKey());
        try {
            SslContext context = SslContextBuilder.forServer(owned, chain)
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            ApplicationProtocolNames.HTTP_2,
                            ApplicationProtocolNames.HTTP_1_1))
                    .build();
            return new Loaded(
                    context,
                    own.getSubjectX500Principal().getName(),
                    own.getNotAfter().toInstant());
        } catch (SSLException e) {
            throw new TlsException(
                    TlsException.Part.CERTIFICATE, certificate + " cannot be used: " + e.getMessage(), e);
        }
    }
}

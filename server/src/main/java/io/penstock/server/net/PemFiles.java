package io.penstock.server.net;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a certificate chain and its private key from PEM files (RFC 7468): keys in PKCS #8, and RSA's and EC's own older
 * forms (PKCS #1, SEC 1), none of them encrypted.
 */
final class PemFiles {
    private static final long MOST_BYTES = 1 << 20;
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN ([A-Z ]*)PRIVATE KEY-----([^-]*)-----END \\1PRIVATE KEY-----");
    private static final byte SEQUENCE = 0x30;
    private static final byte OCTET_STRING = 0x04;
    private static final byte[] VERSION = {0x02, 0x01, 0x00};

    private PemFiles() {}

    /** The chain as it is sent: the server's own certificate first. */
    static List<X509Certificate> certificates(Path file) throws TlsException {
        byte[] bytes = bytes(file, TlsException.Part.CERTIFICATE);
        try {
            List<X509Certificate> chain =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(bytes))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (!chain.isEmpty()) {
                return chain;
            }
        } catch (GeneralSecurityException e) {
            throw new TlsException(
                    TlsException.Part.CERTIFICATE, file + " holds no certificates in PEM: " + e.getMessage(), e);
        }
        throw new TlsException(
                TlsException.Part.CERTIFICATE, file + " holds no certificate; it must begin with the server's, in PEM");
    }

    /** @param owner whose key it must be */
    static PrivateKey key(Path file, PublicKey owner) throws TlsException {
        // The bytes are Latin letters or not PEM at all; whatever is wrong with them, no message repeats them.
        String text = new String(bytes(file, TlsException.Part.KEY), StandardCharsets.ISO_8859_1);
        Matcher block = KEY.matcher(text);
        if (!block.find()) {
            throw new TlsException(TlsException.Part.KEY, file + " holds no private key in PEM");
        }
        String form = String.valueOf(block.group(1)).strip();
        if (form.equals("ENCRYPTED") || text.contains("Proc-Type: 4,ENCRYPTED")) {
            throw new TlsException(
                    TlsException.Part.KEY,
                    file + " is encrypted; the key must be without a passphrase, readable by us alone");
        }
        PrivateKey key;
        try {
            byte[] der = Base64.getMimeDecoder().decode(String.valueOf(block.group(2)));
            byte[] pkcs8 = form.isEmpty() ? der : wrapped(der, owner);
            key = KeyFactory.getInstance(owner.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new TlsException(
                    TlsException.Part.KEY,
                    file + " holds no private key of the certificate's kind, " + owner.getAlgorithm(),
                    e);
        }
        if (!isPair(key, owner)) {
            throw new TlsException(
                    TlsException.Part.KEY, file + " is not the key of the certificate: they do not match");
        }
        return key;
    }

    private static byte[] bytes(Path file, TlsException.Part part) throws TlsException {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new TlsException(part, file + " is too large; it may have " + MOST_BYTES + " bytes");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new TlsException(part, "there is no file " + file, e);
        } catch (IOException e) {
            throw new TlsException(part, file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * PKCS #8 around an older form. Both name the algorithm alike as the public key does (RFC 5958 and RFC 5280), so
     * that is taken from there.
     */
    private static byte[] wrapped(byte[] der, PublicKey owner) {
        byte[] info = owner.getEncoded();
        int start = 2 + (info[1] < 0 ? info[1] & 0x7F : 0); // behind the outer tag and length
        int length = info[start + 1]; // an algorithm's name is shorter than 128 bytes
        if (length < 0) {
            throw new IllegalArgumentException("the certificate's algorithm has a long name");
        }
        byte[] algorithm = Arrays.copyOfRange(info, start, start + 2 + length);
        return element(SEQUENCE, VERSION, algorithm, element(OCTET_STRING, der));
    }

    private static byte[] element(byte tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        element.write(tag);
        int length = content.size();
        if (length < 0x80) {
            element.write(length);
        } else {
            int bytes = (32 - Integer.numberOfLeadingZeros(length) + 7) / 8;
            element.write(0x80 | bytes);
            for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
                element.write(length >>> shift);
            }
        }
        element.writeBytes(content.toByteArray());
        return element.toByteArray();
    }

    private static boolean isPair(PrivateKey key, PublicKey owner) {
        String algorithm = switch (owner.getAlgorithm().toUpperCase(Locale.ROOT)) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> owner.getAlgorithm();
        };
        byte[] sample = "which of us fits the other?".getBytes(StandardCharsets.US_ASCII);
        try {
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(sample);
            byte[] signature = signing.sign();
            Signature checking = Signature.getInstance(algorithm);
            checking.initVerify(owner);
            checking.update(sample);
            return checking.verify(signature);
        } catch (GeneralSecurityException e) { // a key that cannot sign what the certificate checks is not its key
            return false;
        }
    }
}

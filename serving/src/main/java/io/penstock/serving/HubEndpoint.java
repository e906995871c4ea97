package io.penstock.serving;

import io.penstock.spec.ModelUri;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where the Hugging Face Hub is, and who asks it; set by the same variables as Hugging Face's own clients.
 *
 * @param base {@code https://huggingface.co}, without a slash at its end
 * @param token sent to that host only; never shown
 */
public record HubEndpoint(URI base, Optional<String> token) {
    private static final String USUAL = "https://huggingface.co";

    public HubEndpoint {
        String scheme = String.valueOf(base.getScheme());
        if (!(scheme.equals("https") || scheme.equals("http")) || base.getHost() == null) {
            throw new IllegalArgumentException("HF_ENDPOINT must be an http:// or https:// address: " + base);
        }
    }

    /** Reads {@code HF_ENDPOINT} and {@code HF_TOKEN}. */
    public static HubEndpoint of(Map<String, String> environment) {
        String named = environment.getOrDefault("HF_ENDPOINT", "").strip();
        String token = environment.getOrDefault("HF_TOKEN", "").strip();
        return new HubEndpoint(
                URI.create(named.isEmpty() ? USUAL : named.replaceAll("/+$", "")),
                token.isEmpty() ? Optional.empty() : Optional.of(token));
    }

    URI address(ModelUri.HuggingFace model) {
        String path =
                Arrays.stream(model.path().split("/")).map(HubEndpoint::escaped).collect(Collectors.joining("/"));
        return URI.create(base + "/" + model.owner() + "/" + model.repository() + "/resolve/"
                + escaped(model.revision()) + "/" + path);
    }

    private static String escaped(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public String toString() {
        return base.toString();
    }
}

package io.penstock.server.page;

import io.penstock.server.net.HttpReply;
import io.penstock.server.net.HttpReply.Header;
import io.penstock.server.net.HttpRequest;
import io.penstock.server.net.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The dashboard's files, read once. Only these are served: no path is ever looked up in a file system. */
public final class PageApi {
    private static final String POLICY =
            "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; frame-ancestors 'self'";

    private record Page(String type, MemorySegment bytes, String tag) {}

    public void addTo(Router router) {
        Page index = read("index.html", "text/html; charset=utf-8");
        router.add(
                "GET",
                "/",
                (request, v) ->
                        isBrowser(request) ? serve(request, index) : HttpReply.text(200, "Penstock is running"));
        add(router, "page.css", "text/css; charset=utf-8");
        add(router, "page.js", "text/javascript; charset=utf-8");
        add(router, "icon.svg", "image/svg+xml");
    }

    private static void add(Router router, String name, String type) {
        Page page = read(name, type);
        router.add("GET", "/page/" + name, (request, v) -> serve(request, page));
    }

    private static boolean isBrowser(HttpRequest request) {
        return request.headers().find("accept").orElse("").contains("text/html");
    }

    private static HttpReply serve(HttpRequest request, Page page) {
        boolean known = request.headers().find("if-none-match").orElse("").contains(page.tag);
        List<Header> headers = List.of(
                new Header("content-type", page.type),
                new Header("etag", page.tag),
                new Header("cache-control", "no-cache"),
                new Header("content-security-policy", POLICY),
                new Header("x-content-type-options", "nosniff"),
                new Header("vary", "accept"));
        return known
                ? new HttpReply.Whole(304, headers, List.of(), () -> {})
                : new HttpReply.Whole(200, headers, List.of(page.bytes), () -> {});
    }

    private static Page read(String name, String type) {
        try (InputStream in = PageApi.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the file " + name + " of the page is missing");
            }
            byte[] bytes = in.readAllBytes();
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return new Page(
                    type, MemorySegment.ofArray(bytes), '"' + HexFormat.of().formatHex(digest, 0, 8) + '"');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) { // every JDK has it
            throw new IllegalStateException(e);
        }
    }
}

package io.penstock.server.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.penstock.server.net.Access;
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
import org.jspecify.annotations.Nullable;

/**
 * The page's files, each read once, when it is first asked for. Only these are served: no path is ever looked up in a file system. The first figures
 * stand in the page itself, so that it shows them before it has asked for anything.
 */
public final class PageApi {
    private static final String POLICY =
            "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'self'";
    private static final Header NO_SNIFFING = new Header("x-content-type-options", "nosniff");
    private static final String FIRST_STATE = "<!-- first state -->";
    private static final List<String> SCRIPTS = List.of(
            "api.js",
            "chart.js",
            "charts.js",
            "colours.js",
            "dom.js",
            "figures.js",
            "kiosk.js",
            "labels.js",
            "live.js",
            "models.js",
            "navigation.js",
            "notice.js",
            "overlay.js",
            "page.js",
            "picture.js",
            "results.js",
            "store.js",
            "theme.js",
            "tiles.js",
            "tryit.js",
            "view.js");

    private final Dashboard dashboard;

    /** A file of the page, and the tag by which a browser knows whether it has it. */
    private static final class PageFile {
        private final String name;
        private final String type;
        private volatile @Nullable Content content;

        private record Content(MemorySegment bytes, String tag) {}

        PageFile(String name, String type) {
            this.name = name;
            this.type = type;
        }

        /** Two that ask at once both read it, and hold the same. */
        Content content() {
            Content known = content;
            if (known == null) {
                byte[] bytes = read(name);
                known = new Content(MemorySegment.ofArray(bytes), PageApi.tag(bytes));
                content = known;
            }
            return known;
        }
    }

    public PageApi(Dashboard dashboard) {
        this.dashboard = dashboard;
    }

    public void addTo(Router router) {
        String page = new String(read("index.html"), UTF_8);
        int at = page.indexOf(FIRST_STATE);
        String before = page.substring(0, at);
        String after = page.substring(at + FIRST_STATE.length());
        router.add(
                "GET",
                "/",
                (request, v) -> isBrowser(request) ? page(before, after) : HttpReply.text(200, "Penstock is running"));
        router.add(
                "GET",
                Dashboard.PATH,
                (request, v) -> HttpReply.json(
                                426, "{\"error\":\"" + Dashboard.PATH + " is a WebSocket: send upgrade: websocket\"}")
                        .with("upgrade", "websocket"));
        SCRIPTS.forEach(name -> add(router, name, "text/javascript; charset=utf-8"));
        add(router, "page.css", "text/css; charset=utf-8");
        add(router, "icon.svg", "image/svg+xml");
    }

    private static void add(Router router, String name, String type) {
        PageFile file = new PageFile(name, type);
        router.add("GET", "/page/" + name, Access.KNOWN, (request, v) -> serve(request, file));
    }

    private static boolean isBrowser(HttpRequest request) {
        return request.headers().find("accept").orElse("").contains("text/html");
    }

    /** It holds figures of this moment, so no cache may keep it. */
    private HttpReply page(String before, String after) {
        // Within a script element only a '<' could end it.
        String state = dashboard.state().replace("<", "\\u003c");
        List<Header> headers = List.of(
                new Header("content-type", "text/html; charset=utf-8"),
                new Header("cache-control", "no-store"),
                new Header("content-security-policy", POLICY),
                NO_SNIFFING,
                new Header("vary", "accept"));
        return new HttpReply.Whole(
                200, headers, List.of(MemorySegment.ofArray((before + state + after).getBytes(UTF_8))), () -> {});
    }

    private static HttpReply serve(HttpRequest request, PageFile file) {
        PageFile.Content content = file.content();
        boolean known = request.headers().find("if-none-match").orElse("").contains(content.tag);
        List<Header> headers = List.of(
                new Header("content-type", file.type),
                new Header("etag", content.tag),
                new Header("cache-control", "no-cache"),
                NO_SNIFFING);
        return known
                ? new HttpReply.Whole(304, headers, List.of(), () -> {})
                : new HttpReply.Whole(200, headers, List.of(content.bytes), () -> {});
    }

    private static byte[] read(String name) {
        try (InputStream in = PageApi.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the file " + name + " of the page is missing");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String tag(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return '"' + HexFormat.of().formatHex(digest, 0, 8) + '"';
        } catch (NoSuchAlgorithmException e) { // every JDK has it
            throw new IllegalStateException(e);
        }
    }
}

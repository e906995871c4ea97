package io.penstock.app;

/** What our reports have in common: one page without anything from elsewhere, light and dark. */
final class HtmlReport {
    private static final String STYLE = """
            :root{color-scheme:light dark;--ink:#1b2430;--dim:#5d6b7a;--line:#d5dce4;--bar:#2f7fd1;--back:#fff}
            @media(prefers-color-scheme:dark){:root{--ink:#e6ebf1;--dim:#9aa7b5;--line:#36414d;--bar:#5aa5ee;--back:#12181f}}
            body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back);max-width:60rem;margin:2rem auto;
            padding:0 1rem}table{border-collapse:collapse;width:100%}th,td{text-align:right;padding:.3rem .6rem;
            border-bottom:1px solid var(--line)}th:first-child,td:first-child{text-align:left}th{color:var(--dim)}
            svg{width:100%;height:auto}text{fill:var(--dim);font-size:11px}.bar{fill:var(--bar)}
            .curve{fill:none;stroke:var(--bar);stroke-width:2}.axis{stroke:var(--line)}dt{color:var(--dim)}dd{margin:0 0 .4rem}
            """;

    private HtmlReport() {}

    /** @param title also the heading */
    static StringBuilder begin(String title) {
        return new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width\"><title>")
                .append(escaped(title))
                .append("</title><style>\n")
                .append(STYLE)
                .append("</style></head><body>\n<h1>")
                .append(escaped(title))
                .append("</h1>\n");
    }

    static String end(StringBuilder page) {
        return page.append("</body></html>\n").toString();
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}

package io.penstock.app.house;

import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What the gates read in a Markdown file: its links, its headings, and the names it sets as code. */
final class Markdown {
    private static final Pattern FENCE = Pattern.compile("(?ms)^ *(```+|~~~+).*?^ *\\1 *$");
    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(<?([^)\\s>]+)>?(?:\\s+\"[^\"]*\")?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?)\\s*#*$");

    private Markdown() {}

    /** The text without its fenced blocks, whose lines are no Markdown. */
    static String withoutCode(String text) {
        return FENCE.matcher(text).replaceAll("");
    }

    static List<String> links(String text) {
        return LINK.matcher(CODE.matcher(withoutCode(text)).replaceAll("code"))
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    /** The fragments that a link may point to, as GitHub derives them from headings. */
    static List<String> fragments(String text) {
        return HEADING.matcher(withoutCode(text))
                .results()
                .map(found -> found.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}\\- _]", "")
                        .replace(' ', '-'))
                .toList();
    }

    static List<String> code(String text) {
        return CODE.matcher(withoutCode(text))
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }
}

package io.penstock.serving.oip;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Class names from a model's metadata, where exporters write them as {@code names = {0: 'person', 1: 'bicycle'}}. */
final class ClassLabels {
    private static final Pattern ENTRY = Pattern.compile("(\\d{1,9})\\s*:\\s*(?:'([^']*)'|\"([^\"]*)\")");

    private ClassLabels() {}

    /** By class index; empty where the metadata names none. */
    static Map<Long, String> of(Map<String, String> metadata) {
        Map<Long, String> labels = new HashMap<>();
        Matcher entry = ENTRY.matcher(metadata.getOrDefault("names", ""));
        while (entry.find()) {
            String label = entry.group(2) == null ? entry.group(3) : entry.group(2);
            labels.put(Long.parseLong(entry.group(1)), String.valueOf(label));
        }
        return labels;
    }
}

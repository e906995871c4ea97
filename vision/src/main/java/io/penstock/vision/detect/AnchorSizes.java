package io.penstock.vision.detect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The anchors that raw heads are read with.
 *
 * @param sizes width and height of each in turn, those of the finest stride first: pixels of the network's input, for
 *     YOLOv2 cells
 * @param own they are the document's, not the published ones
 */
record AnchorSizes(AnchoredHeads.Version version, List<Double> sizes, boolean own) {
    AnchorSizes {
        sizes = List.copyOf(sizes);
    }

    static AnchorSizes published(AnchoredHeads.Version version) {
        return new AnchorSizes(version, version.published(), false);
    }

    /**
     * Those of a document, in one list, one a head or one an anchor.
     *
     * @throws IllegalArgumentException if there are more or fewer than the heads have, or the coarsest stride's come first
     */
    static AnchorSizes own(AnchoredHeads.Version version, List<List<Double>> lists) {
        int heads = version.scales();
        int each = version.anchorsOfCell();
        List<Double> sizes = lists.stream().flatMap(List::stream).toList();
        if (sizes.size() != 2 * heads * each) {
            throw new IllegalArgumentException(
                    shape(heads, each) + 2 * heads * each + " numbers are needed, and " + sizes.size() + " are given");
        }
        boolean even = lists.stream().allMatch(list -> list.size() == sizes.size() / lists.size());
        if (!even || (lists.size() != 1 && lists.size() != heads && lists.size() != heads * each)) {
            throw new IllegalArgumentException(shape(heads, each) + "write one list of " + sizes.size() + " numbers, "
                    + (heads > 1 ? heads + " of " + 2 * each + " or " : "or ") + heads * each + " of 2, not lists of "
                    + lists.stream().map(list -> Integer.toString(list.size())).collect(Collectors.joining(", ")));
        }
        AnchorSizes own = new AnchorSizes(version, sizes, true);
        own.requireFinestFirst();
        return own;
    }

    private static String shape(int heads, int each) {
        return "the outputs are " + heads + (heads == 1 ? " head" : " heads") + " with " + each + " anchors"
                + (heads == 1 ? ": " : " each: ");
    }

    /** Some tools list the coarsest stride's first; no training leaves each coarser head the smaller anchors. */
    private void requireFinestFirst() {
        boolean shrinks = version.scales() > 1;
        for (int head = 1; head < version.scales(); head++) {
            shrinks &= area(head) < area(head - 1);
        }
        if (shrinks) {
            throw new IllegalArgumentException("anchors of the finest stride come first, but these become smaller from"
                    + " head to head; write the heads the other way round: " + shown());
        }
    }

    /** Of one head's anchors, together. */
    private double area(int head) {
        double sum = 0;
        for (int i = 0; i < version.anchorsOfCell(); i++) {
            int at = 2 * (head * version.anchorsOfCell() + i);
            sum += sizes.get(at) * sizes.get(at + 1);
        }
        return sum;
    }

    float[] inTurn() {
        float[] all = new float[sizes.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = sizes.get(i).floatValue();
        }
        return all;
    }

    /** {@code Anchors are the published ones, in pixels from the finest stride on: 10 x 13, ...; 30 x 61, ...} */
    String sentence() {
        String unit = version == AnchoredHeads.Version.V2 ? "cells" : "pixels from the finest stride on";
        return "Anchors are the " + (own ? "document's" : "published ones") + ", in " + unit + ": " + shown() + ".";
    }

    private String shown() {
        List<String> heads = new ArrayList<>();
        int perHead = 2 * version.anchorsOfCell();
        for (int from = 0; from < sizes.size(); from += perHead) {
            List<String> each = new ArrayList<>();
            for (int i = from; i < from + perHead; i += 2) {
                each.add(number(sizes.get(i)) + " x " + number(sizes.get(i + 1)));
            }
            heads.add(String.join(", ", each));
        }
        return String.join("; ", heads);
    }

    private static String number(double value) {
        return value == Math.rint(value) && value < 1e9
                ? String.format(Locale.ROOT, "%.0f", value)
                : Double.toString(value);
    }
}

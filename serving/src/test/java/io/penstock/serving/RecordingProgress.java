package io.penstock.serving;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what it was told. */
final class RecordingProgress implements FetchProgress {
    private final List<String> events = new CopyOnWriteArrayList<>();

    List<String> events() {
        return events;
    }

    @Override
    public void started(String name, long totalBytes) {
        events.add("started " + name + " " + totalBytes);
    }

    @Override
    public void advanced(long bytes) {
        events.add("advanced " + bytes);
    }

    @Override
    public void done() {
        events.add("done");
    }

    @Override
    public void failed() {
        events.add("failed");
    }

    @Override
    public void notice(String sentence) {
        events.add("notice " + sentence);
    }
}

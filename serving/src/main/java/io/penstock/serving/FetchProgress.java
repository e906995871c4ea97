package io.penstock.serving;

/**
 * Watches a model being fetched, for whoever waits for it.
 *
 * <p>Threads: called by the thread that fetches; several fetches may be under way at once.
 */
public interface FetchProgress {
    /** What is fetched in silence. */
    FetchProgress SILENT = new FetchProgress() {
        @Override
        public void started(String name, long totalBytes) {}

        @Override
        public void advanced(long bytes) {}

        @Override
        public void done() {}

        @Override
        public void failed() {}

        @Override
        public void notice(String sentence) {}
    };

    /** @param totalBytes below 0 where the server does not say */
    void started(String name, long totalBytes);

    /** @param bytes that are there now; fewer than before where the fetch had to begin again */
    void advanced(long bytes);

    void done();

    void failed();

    /** Something that the user ought to know, though it is no failure. */
    void notice(String sentence);
}

package io.penstock.serving;

/** An inference that was begun and that nobody waits for. */
@FunctionalInterface
public interface Begun {
    /**
     * Gives it up. What has not been executed yet costs nothing more.
     *
     * @return whether this ended it; its {@link InferCompletion} is not told then
     */
    boolean abandon();

    /** The same, with {@code after} run where giving it up ended it. */
    default Begun then(Runnable after) {
        return () -> {
            boolean ended = abandon();
            if (ended) {
                after.run();
            }
            return ended;
        };
    }
}

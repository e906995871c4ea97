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
}

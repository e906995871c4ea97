package io.penstock.server.net;

import io.penstock.serving.call.ServingException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Where the answer goes to a request that was begun on its event loop. Told once, from any thread.
 *
 * @param <R> the answer
 */
public interface Answering<R> {
    /**
     * @param maker makes the answer
     * @param unwanted run in the maker's place where nobody waits any more
     * @param at where the maker runs
     */
    void answer(Supplier<R> maker, Runnable unwanted, At at);

    void fail(ServingException failure);

    /** Threads that an answer may be made on. */
    enum At {
        /** For what takes microseconds. */
        EVENT_LOOP,
        OWN_THREAD
    }

    /** One whose answers are converted for this one. */
    default <S> Answering<S> from(Function<S, R> answers) {
        return from(answers, Function.identity());
    }

    /** One whose answers and failures, of making an answer too, are converted for this one. */
    default <S> Answering<S> from(Function<S, R> answers, Function<ServingException, ServingException> failures) {
        return new Answering<>() {
            @Override
            public void answer(Supplier<S> maker, Runnable unwanted, At at) {
                Answering.this.answer(() -> converted(maker), unwanted, at);
            }

            private R converted(Supplier<S> maker) {
                try {
                    return answers.apply(maker.get());
                } catch (ServingException e) {
                    throw failures.apply(e);
                }
            }

            @Override
            public void fail(ServingException failure) {
                Answering.this.fail(failures.apply(failure));
            }
        };
    }
}

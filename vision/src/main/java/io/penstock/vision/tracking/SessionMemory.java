package io.penstock.vision.tracking;

import io.penstock.pipeline.Exchange;
import io.penstock.pipeline.StreamStep;
import java.time.Duration;

/** What a step knows of a stream, told when the stream begins anew: another session, or a clock that runs backwards. */
final class SessionMemory implements StreamStep.Memory {
    private final Runnable restart;
    private final StreamStep.Memory inner;
    private long session = Long.MIN_VALUE;
    private Duration time = Duration.ZERO;

    SessionMemory(Runnable restart, StreamStep.Memory inner) {
        this.restart = restart;
        this.inner = inner;
    }

    @Override
    public void apply(Exchange exchange, StreamStep.Moment moment) {
        if (moment.session() != session || moment.time().compareTo(time) < 0) {
            restart.run();
        }
        session = moment.session();
        time = moment.time();
        inner.apply(exchange, moment);
    }
}

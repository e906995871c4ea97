package io.penstock.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BlockingSinkTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ChannelPromise promise = new DefaultChannelPromise(channel, GlobalEventExecutor.INSTANCE);
    private final AtomicBoolean cut = new AtomicBoolean();
    private final CompletableFuture<Thread> writing = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    @Test
    void letsWhatIsOnItsWayLeaveWhenTheWriterIsWoken() throws Exception {
        startWriter();
        Thread writer = writing.get();
        writer.interrupt();
        // The writer has seen the interrupt once its flag is down again.
        while (writer.isInterrupted()) {
            Thread.onSpinWait();
            assertThat(Thread.interrupted()).isFalse();
        }
        promise.setSuccess();

        assertThatThrownBy(() -> ended.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
        assertThat(cut).isFalse();
    }

    @Test
    void cutsTheConnectionWhenNothingLeaves() throws Exception {
        startWriter();
        writing.get().interrupt();

        assertThatThrownBy(() -> ended.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(cut).isTrue();
    }

    private void startWriter() {
        BlockingSink sink = new BlockingSink(
                buffer -> {
                    buffer.release();
                    writing.complete(Thread.currentThread());
                    return promise;
                },
                () -> cut.set(true),
                Duration.ofSeconds(20));
        Thread.ofVirtual().start(() -> {
            try {
                sink.write(MemorySegment.ofArray(new byte[1]));
                ended.complete(null);
            } catch (InterruptedException | RuntimeException e) {
                ended.completeExceptionally(e);
            }
        });
    }
}

package io.penstock.server.oip;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.penstock.protocol.oip.InferParameter;
import io.penstock.protocol.oip.ModelStreamInferResponse;
import io.penstock.server.net.GrpcHandler.GrpcReply;
import io.penstock.server.net.GrpcHandler.GrpcRequest;
import io.penstock.server.net.GrpcHandler.GrpcStream;
import io.penstock.server.net.RequestBody;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.RequestScope;
import io.penstock.serving.call.RequestTrace;
import io.penstock.serving.call.ServingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The call {@code ModelStreamInfer}: any number of inferences over one stream, answered in the order they were sent. A
 * failed one becomes an {@code error_message} and the stream goes on, unless the caller set the metadata
 * {@code triton_grpc_error}: then the first failure ends the stream as its status.
 *
 * <p>Threads: the call's own reads; each inference has one, so that those of one stream can share a batch, only
 * so many at once, beyond which nothing is read; and one sends.
 */
final class OipGrpcStream {
    private static final System.Logger LOG = System.getLogger(OipGrpcStream.class.getName());
    /** Every model here answers a request once, so each answer is its request's last. */
    private static final Map<String, InferParameter> FINAL = Map.of(
            "triton_final_response",
            InferParameter.newBuilder().setBoolParam(true).build());

    private final OipGrpcInfer infer;
    private final int mostUnderWay;

    /** @param mostUnderWay messages of one stream that are answered at once */
    OipGrpcStream(OipGrpcInfer infer, int mostUnderWay) {
        this.infer = infer;
        this.mostUnderWay = mostUnderWay;
    }

    /** What becomes of one message. */
    private sealed interface Outcome {
        record Answered(GrpcReply reply) implements Outcome {}

        record Failed(ServingException failure) implements Outcome {}

        /** No more will come. */
        record Over() implements Outcome {}
    }

    void serve(GrpcStream stream) throws InterruptedException {
        new Session(stream).serve();
    }

    /** One stream, from its first message to its last answer. */
    private final class Session {
        private final GrpcStream stream;
        private final boolean strict;
        private final Optional<RequestScope> scope = RequestScope.current();
        private long received;
        private final Thread reader = Thread.currentThread();
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final BlockingQueue<Future<Outcome>> order = new LinkedBlockingQueue<>();
        private final Semaphore free = new Semaphore(mostUnderWay);
        private final Queue<Future<Outcome>> abandoned = new ConcurrentLinkedQueue<>();
        private volatile @Nullable ServingException broken;

        Session(GrpcStream stream) {
            this.stream = stream;
            this.strict = stream.metadata()
                    .find("triton_grpc_error")
                    .filter(value -> value.equalsIgnoreCase("true"))
                    .isPresent();
        }

        void serve() throws InterruptedException {
            try {
                Future<?> writer = threads.submit(() -> sendAll());
                read();
                writer.get();
            } catch (InterruptedException e) {
                ServingException failure = broken;
                if (failure != null) {
                    throw failure;
                }
                throw e;
            } catch (ExecutionException e) {
                throw e.getCause() instanceof ServingException known ? known : new IllegalStateException(e.getCause());
            } finally {
                threads.shutdownNow();
                threads.close();
                release(order);
                release(abandoned);
            }
        }

        private void read() throws InterruptedException {
            for (Optional<RequestBody> next = receive(); next.isPresent(); next = receive()) {
                RequestBody message = next.get();
                long index = received++;
                order.add(threads.submit(() -> traced(message, index)));
            }
            order.add(threads.submit(Outcome.Over::new));
        }

        /** The next message, once fewer than allowed are under way. */
        private Optional<RequestBody> receive() throws InterruptedException {
            free.acquire();
            return stream.receive();
        }

        /** Threads of ours are in no request's scope by themselves; each message is a part of the call's. */
        private Outcome traced(RequestBody message, long index) throws Exception {
            if (scope.isEmpty()) {
                return answer(message);
            }
            RequestScope whole = scope.get();
            if (whole.trace().isEmpty()) {
                return whole.call(() -> answer(message));
            }
            Outcome outcome = new Outcome.Over();
            try (RequestTrace.Part part = whole.trace().get().part("message", index)) {
                try {
                    outcome = new RequestScope(whole.id(), Optional.of(part)).call(() -> answer(message));
                } finally {
                    if (!(outcome instanceof Outcome.Answered)) {
                        part.failed();
                    }
                }
            }
            return outcome;
        }

        private Outcome answer(RequestBody message) throws InterruptedException {
            try {
                GrpcRequest request = new GrpcRequest(
                        stream.id(),
                        stream.path(),
                        stream.metadata(),
                        message,
                        stream.caller(),
                        stream.requestDeadline());
                stream.caller().pace().run();
                return new Outcome.Answered(infer.infer(request, FINAL));
            } catch (ServingException e) {
                return new Outcome.Failed(stream.caller().shown(e));
            } finally {
                message.lease().close();
            }
        }

        private boolean sendAll() throws InterruptedException {
            boolean over = false;
            try {
                Outcome next = next();
                while (!(next instanceof Outcome.Over)) {
                    send(next);
                    free.release();
                    next = next();
                }
                over = true;
                return true;
            } catch (ServingException e) {
                broken = e;
                throw e;
            } finally {
                if (!over) {
                    // Nothing can be sent any more, so nothing need be read.
                    reader.interrupt();
                }
            }
        }

        private Outcome next() throws InterruptedException {
            Future<Outcome> taken = order.take();
            try {
                return taken.get();
            } catch (InterruptedException e) {
                abandoned.add(taken);
                throw e;
            } catch (ExecutionException e) { // a fault of ours in one inference; its caller hears of it as of any
                LOG.log(System.Logger.Level.ERROR, "request " + stream.id() + " failed", e.getCause());
                return new Outcome.Failed(new ServingException(
                        ErrorCode.INTERNAL, "internal error; the log has it under request " + stream.id()));
            }
        }

        private void send(Outcome outcome) throws InterruptedException {
            switch (outcome) {
                case Outcome.Answered answered -> stream.send(wrapped(answered.reply()));
                case Outcome.Failed failed -> {
                    if (strict) {
                        throw failed.failure();
                    }
                    stream.send(GrpcMethod.reply(ModelStreamInferResponse.newBuilder()
                            .setErrorMessage(failed.failure().sentence())
                            .build()));
                }
                case Outcome.Over _ -> throw new IllegalStateException("over");
            }
        }
    }

    /** Gives back what was answered and will not be sent; all is done by now. */
    private static void release(Queue<Future<Outcome>> unsent) {
        for (Future<Outcome> left : unsent) {
            if (left.state() == Future.State.SUCCESS && left.resultNow() instanceof Outcome.Answered answered) {
                answered.reply().release().run();
            }
        }
    }

    /** The answer as field {@code infer_response} of a {@code ModelStreamInferResponse}, without copying its tensors. */
    private static GrpcReply wrapped(GrpcReply answer) {
        int length = 0;
        for (MemorySegment part : answer.parts()) {
            length += Math.toIntExact(part.byteSize());
        }
        byte[] head = new byte[1 + CodedOutputStream.computeUInt32SizeNoTag(length)];
        CodedOutputStream writer = CodedOutputStream.newInstance(head);
        try {
            writer.writeTag(ModelStreamInferResponse.INFER_RESPONSE_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            writer.writeUInt32NoTag(length);
        } catch (IOException e) { // the array is as long as what is written
            throw new UncheckedIOException(e);
        }
        List<MemorySegment> parts = new ArrayList<>(answer.parts());
        parts.addFirst(MemorySegment.ofArray(head));
        return new GrpcReply(parts, answer.release());
    }
}

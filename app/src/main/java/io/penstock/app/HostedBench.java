package io.penstock.app;

import io.penstock.app.client.Lane;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A server of ours in this process, asked through its port as any client would ask. */
final class HostedBench implements BenchTarget {
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private final Engine engine;
    private final ServerProcess process;
    private final RemoteBench remote;

    HostedBench(Engine engine, Documents documents, boolean isGrpc, BenchRequest request) throws InterruptedException {
        this.engine = engine;
        this.process = new ServerProcess(engine, documents.listeningOn("127.0.0.1", 0), Instant.now());
        boolean ready = false;
        try {
            URI address = URI.create("http://127.0.0.1:" + process.start());
            this.remote = new RemoteBench(address, isGrpc ? Optional.of(address) : Optional.empty(), request);
            ready = true;
        } finally {
            if (!ready) {
                process.close();
                engine.close();
            }
        }
    }

    @Override
    public String shown() {
        return remote.shown() + " in this process";
    }

    @Override
    public List<String> models() {
        return remote.models();
    }

    @Override
    public List<Lane> lanes(String model, int count) {
        return remote.lanes(model, count);
    }

    @Override
    public void close() {
        remote.close();
        try {
            process.drain(DRAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.close();
        engine.close();
    }
}

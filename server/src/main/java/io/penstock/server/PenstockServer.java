package io.penstock.server;

import io.penstock.server.metrics.InferCounter;
import io.penstock.server.metrics.MetricsApi;
import io.penstock.server.net.Admission;
import io.penstock.server.net.CodedBodies;
import io.penstock.server.net.HostPolicy;
import io.penstock.server.net.HttpHandler;
import io.penstock.server.net.HttpReply;
import io.penstock.server.net.Port;
import io.penstock.server.net.RequestObserver;
import io.penstock.server.net.Router;
import io.penstock.server.net.ServerLimits;
import io.penstock.server.net.TlsCertificate;
import io.penstock.server.oip.OipGrpcApi;
import io.penstock.server.oip.OipParts;
import io.penstock.server.oip.OipRestApi;
import io.penstock.server.page.Dashboard;
import io.penstock.server.page.PageApi;
import io.penstock.server.pipeline.PipelineApi;
import io.penstock.server.pipeline.ResultsApi;
import io.penstock.server.pipeline.StreamApi;
import io.penstock.server.v1.V1Api;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The one port: models and pipelines over HTTP/1.1, HTTP/2 and gRPC, live streams, health, metrics, the dashboard.
 *
 * <p>Threads: started, drained and closed by one thread, in this order.
 */
public final class PenstockServer implements AutoCloseable {
    private final ServerContext context;
    private final Port port;
    private volatile boolean draining;

    /**
     * What a request passes before it reaches anything.
     *
     * @param hosts names the server answers to
     * @param admission asks callers for a key
     * @param tls absent where the port speaks in plain
     * @param observer told of each request, refused ones too
     */
    public record Edge(HostPolicy hosts, Admission admission, Optional<TlsCertificate> tls, RequestObserver observer) {
        /** Plain, and nobody is asked for a key. */
        public static Edge open(HostPolicy hosts) {
            return new Edge(hosts, Admission.OPEN, Optional.empty(), RequestObserver.NONE);
        }
    }

    public PenstockServer(ServerContext context, ServerLimits limits, Edge edge) {
        this.context = context;
        HostPolicy hosts = edge.hosts();
        InferCounter counter = new InferCounter();
        Router router = new Router();
        OipParts oip = OipParts.of(
                context.models(),
                context.pool(),
                counter,
                this::isReady,
                context.state().identity(),
                context.control(),
                new OipParts.Allowed(!hosts.any(), limits));
        new OipRestApi(oip).addTo(router);
        new V1Api(context.models(), context.pool(), counter, limits).addTo(router);
        new PipelineApi(context.pipelines(), context.codec(), context.painter()).addTo(router);
        new StreamApi(context.pipelines()).addTo(router);
        new ResultsApi(context.pipelines()).addTo(router);
        new HealthApi(this::unready).addTo(router);
        new MetricsApi(context.models(), context.pipelines(), context.pool(), counter).addTo(router);
        router.add(
                "GET",
                "/dashboard/stats",
                (request, v) ->
                        HttpReply.json(200, context.state().figures().get().json()));
        Dashboard dashboard = new Dashboard(
                new Dashboard.Sources(
                        context.models(), context.pipelines(), context.state().cards()),
                context.state().figures(),
                this::unready);
        new PageApi(dashboard).addTo(router);
        HttpHandler http = new CodedBodies(
                new HostRoutes(router, hosts, context.pipelines()), context.pool(), limits.maxBodyBytes());
        WhileStarting handlers =
                new WhileStarting(http, new OipGrpcApi(oip), context.state().unready());
        this.port = new Port(
                new Port.Handlers(
                        edge.tls(),
                        edge.admission(),
                        edge.observer(),
                        handlers,
                        handlers,
                        dashboard.endpoint(limits.protocols().webSockets())),
                context.pool(),
                limits,
                hosts);
    }

    private boolean isReady() {
        return unready().isEmpty();
    }

    private List<String> unready() {
        return draining ? List.of("draining") : context.state().unready().get();
    }

    /**
     * Starts to listen.
     *
     * @param number 0 for any free port
     * @return the port
     * @throws ServerStartException if it is in use or the host is not this machine's
     */
    public int start(String host, int number) throws InterruptedException {
        InetSocketAddress address = new InetSocketAddress(host, number);
        if (address.isUnresolved()) {
            throw new ServerStartException("the host " + host + " is not known", new IOException("unresolved"));
        }
        try {
            return port.open(address);
        } catch (BindException e) {
            String message = String.valueOf(e.getMessage());
            throw new ServerStartException(
                    message.contains("in use")
                            ? "port " + number + " is in use"
                            : "cannot listen on " + host + ":" + number + ": " + message,
                    e);
        } catch (IOException e) {
            throw new ServerStartException("cannot listen on " + host + ":" + number + ": " + e.getMessage(), e);
        }
    }

    /** Requests under way, streamed answers among them. */
    public long requestsInFlight() {
        return port.inFlight();
    }

    /**
     * Stops accepting and lets what is under way finish; {@code /readyz} says so to those still connected.
     *
     * @return whether everything finished in time
     */
    public boolean drain(Duration atMost) throws InterruptedException {
        draining = true;
        return port.drain(atMost);
    }

    /** Closes everything at once; handlers still at work are interrupted. */
    @Override
    public void close() {
        port.close();
    }
}

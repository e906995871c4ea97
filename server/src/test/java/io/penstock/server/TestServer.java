package io.penstock.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.FakePipeline;
import io.penstock.pipeline.Figures;
import io.penstock.server.net.Admission;
import io.penstock.server.net.HostPolicy;
import io.penstock.server.net.RequestObserver;
import io.penstock.server.net.ServerLimits;
import io.penstock.server.net.TlsCertificate;
import io.penstock.server.oip.FakeModelControl;
import io.penstock.server.oip.ServerIdentity;
import io.penstock.server.page.ModelCard;
import io.penstock.serving.BlockingModel;
import io.penstock.serving.EchoModel;
import io.penstock.serving.ModelRegistry;
import io.penstock.serving.backend.TensorSignature;
import io.penstock.serving.tensor.DataType;
import io.penstock.serving.tensor.Shape;
import io.penstock.serving.tensor.TensorPool;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A server over fakes on a free port; closing it checks that nothing was leaked. */
final class TestServer implements AutoCloseable {
    static final ServerLimits LIMITS = new ServerLimits(
            64L << 20,
            16 << 10,
            1_000,
            Duration.ofSeconds(60),
            new ServerLimits.Pace(10 << 10, Duration.ofSeconds(10)),
            Duration.ofSeconds(20),
            Duration.ofSeconds(5));

    static final HostPolicy HOSTS =
            HostPolicy.loopbackAnd(Set.of("penstock.test")).withDomains(List.of("example.com"));

    final TensorPool pool;
    final BlockingModel blocking = new BlockingModel();
    final FakePipeline pipeline = new FakePipeline();
    final FakeModelControl control = new FakeModelControl();

    /** Why the server is not ready. */
    volatile List<String> unready = List.of();

    final PenstockServer server;
    final HttpClient client = HttpClient.newHttpClient();
    final ServerContext context;
    final int port;

    TestServer() throws InterruptedException {
        this(LIMITS, 512L << 20);
    }

    /** A server that asks for keys. */
    TestServer(Admission admission) throws InterruptedException {
        this(LIMITS, 512L << 20, new PenstockServer.Edge(HOSTS, admission, Optional.empty(), RequestObserver.NONE));
    }

    /** A server whose requests are told of. */
    TestServer(RequestObserver observer) throws InterruptedException {
        this(LIMITS, 512L << 20, new PenstockServer.Edge(HOSTS, Admission.OPEN, Optional.empty(), observer));
    }

    /** A server that speaks TLS; {@link #client} does not. */
    TestServer(TlsCertificate certificate) throws InterruptedException {
        this(
                LIMITS,
                512L << 20,
                new PenstockServer.Edge(HOSTS, Admission.OPEN, Optional.of(certificate), RequestObserver.NONE));
    }

    TestServer(ServerLimits limits, long budget) throws InterruptedException {
        this(limits, budget, PenstockServer.Edge.open(HOSTS));
    }

    TestServer(ServerLimits limits, long budget, PenstockServer.Edge edge) throws InterruptedException {
        pool = new TensorPool(budget, true);
        ModelRegistry models = new ModelRegistry();
        models.add(EchoModel.of("echo", DataType.FP32, Shape.ANY));
        for (DataType type : DataType.values()) {
            models.add(EchoModel.of("echo-" + type.name().toLowerCase(Locale.ROOT), type, Shape.ANY));
        }
        models.add(new EchoModel(
                "pair",
                List.of(
                        new TensorSignature("in1", DataType.INT32, Shape.of(Shape.ANY, 2)),
                        new TensorSignature("in2", DataType.BYTES, Shape.of(Shape.ANY)))));
        models.add(EchoModel.of("org/model:7", DataType.FP32, Shape.ANY));
        models.add(EchoModel.of("rows", DataType.FP32, Shape.ANY, 2));
        models.add(EchoModel.of("single", DataType.FP32, 1, 2, 2));
        models.add(EchoModel.of("blob", DataType.BYTES, 1));
        models.add(blocking);
        ServerContext.State state = new ServerContext.State(
                new ServerIdentity("penstock", "test"),
                () -> unready,
                () -> new Figures(Duration.ofSeconds(1), Duration.ofSeconds(1), models, List.of(pipeline), 0, ""),
                () -> Map.of("echo", new ModelCard("echo", 7, "CPU", 1, 2)));
        context = new ServerContext(models, () -> List.of(pipeline), pool, pipeline, pipeline, control, state);
        server = new PenstockServer(context, limits, edge);
        port = server.start("127.0.0.1", 0);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(20));
    }

    HttpResponse<String> get(String path) throws Exception {
        return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String body) throws Exception {
        return client.send(
                request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        blocking.released.countDown();
        client.close();
        server.close();
        pipeline.stream.close();
        assertThat(server.requestsInFlight()).isZero();
        assertThat(pipeline.open).as("pictures shown and not given back").hasValue(0);
        assertThat(pool.openLeases()).isZero();
        pool.close();
    }
}

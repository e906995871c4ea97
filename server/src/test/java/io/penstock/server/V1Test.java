package io.penstock.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class V1Test {
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String predict(String model, String body) throws Exception {
        HttpResponse<String> answer = server.post("/v1/models/" + model + ":predict", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    @Test
    void predictsRows() throws Exception {
        assertThat(predict("rows", "{\"instances\":[[1,2],[3,4.5],[5,6]]}"))
                .isEqualTo("{\"predictions\":[[1.0,2.0],[3.0,4.5],[5.0,6.0]]}");
        assertThat(predict("echo", "{\"signature_name\":\"x\",\"instances\":[1,2.5]}"))
                .isEqualTo("{\"predictions\":[1.0,2.5]}");
        assertThat(predict("org/model:7", "{\"instances\":[1]}")).isEqualTo("{\"predictions\":[1.0]}");
    }

    @Test
    void predictsNamedRows() throws Exception {
        assertThat(predict(
                        "pair",
                        "{\"instances\":[{\"in1\":[1,2],\"in2\":\"a\"},{\"in2\":{\"b64\":\"/w==\"},\"in1\":[3,4]}]}"))
                .isEqualTo("{\"predictions\":[{\"out1\":[1,2],\"out2\":\"a\"},{\"out1\":[3,4],\"out2\":"
                        + "{\"b64\":\"/w==\"}}]}");
    }

    @Test
    void predictsColumns() throws Exception {
        assertThat(predict("rows", "{\"inputs\":[[1,2],[3,4]]}")).isEqualTo("{\"predictions\":[[1.0,2.0],[3.0,4.0]]}");
        assertThat(predict("pair", "{\"inputs\":{\"in1\":[[1,2]],\"in2\":[\"x\"]}}"))
                .isEqualTo("{\"predictions\":{\"out1\":[[1,2]],\"out2\":[\"x\"]}}");
    }

    @Test
    void takesOneInstanceAtATimeWhereTheModelDoes() throws Exception {
        assertThat(predict("single", "{\"instances\":[[[1,2],[3,4]],[5,6,7,8]]}".replace(",[5,6,7,8]", "")))
                .isEqualTo("{\"predictions\":[[[1.0,2.0],[3.0,4.0]]]}");
        assertThat(predict("single", "{\"instances\":[[1,2,3,4],[5,6,7,8]]}"))
                .isEqualTo("{\"predictions\":[[[1.0,2.0],[3.0,4.0]],[[5.0,6.0],[7.0,8.0]]]}");
        String coded = Base64.getEncoder().encodeToString(new byte[] {1, 2, (byte) 0xFE});
        assertThat(predict("blob", "{\"instances\":[{\"b64\":\"" + coded + "\"},{\"in\":{\"b64\":\"\"}}]}"))
                .isEqualTo("{\"predictions\":[{\"b64\":\"" + coded + "\"},\"\"]}");
    }

    @Test
    void refusesWithASentence() throws Exception {
        for (String wrong : List.of(
                "",
                "[]",
                "{}",
                "{\"instances\":3}",
                "{\"instances\":[]}",
                "{\"instances\":[1],\"inputs\":[1]}",
                "{\"instances\":[1],\"instances\":[1]}",
                "{\"instances\":[[1,2],[3]]}",
                "{\"instances\":[[1,2],[3,4,5]]}",
                "{\"instances\":[[1,\"x\"]]}",
                "{\"instances\":[[1,NaN]]}",
                "{\"instances\":[{\"nope\":[1,2]}]}",
                "{\"instances\":[{\"in\":[1,2],\"in\":[1,2]}]}",
                "{\"instances\":[[1,2],{\"in\":[1]}]}",
                "{\"instances\":" + "[".repeat(100_000),
                "{\"inputs\":{\"b64\":\"*\"}}",
                "{\"instances\":[[1,2]]} x")) {
            HttpResponse<String> answer = server.post("/v1/models/rows:predict", wrong);
            assertThat(answer.statusCode())
                    .as(wrong.substring(0, Math.min(50, wrong.length())) + answer.body())
                    .isEqualTo(400);
            assertThat(answer.body()).startsWith("{\"error\":\"");
        }
        assertThat(server.post("/v1/models/nobody:predict", "{}").statusCode()).isEqualTo(404);
        assertThat(server.get("/v1/models/rows:predict").statusCode()).isEqualTo(405);
        assertThat(server.post("/v1/models/rows:explain", "{}").statusCode()).isEqualTo(501);
        assertThat(predict("rows", "{\"instances\":[[1,2]]}")).contains("1.0,2.0");
    }

    private HttpResponse<String> event(String body, String... headers) throws Exception {
        return server.client.send(
                server.request("/v1/models/rows:predict")
                        .headers(headers)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void answersACloudEventInItsOwnMode() throws Exception {
        HttpResponse<String> binary = event(
                "{\"instances\":[[1,2]]}",
                "ce-specversion",
                "1.0",
                "ce-id",
                "7",
                "ce-source",
                "me",
                "ce-type",
                "asked",
                "content-type",
                "application/json");
        assertThat(binary.body()).isEqualTo("{\"predictions\":[[1.0,2.0]]}");
        assertThat(binary.headers().firstValue("ce-source")).hasValue("io.kserve.inference.rows");
        assertThat(binary.headers().firstValue("ce-type")).hasValue("io.kserve.inference.response");
        assertThat(binary.headers().firstValue("ce-specversion")).hasValue("1.0");
        assertThat(binary.headers().firstValue("ce-id")).isPresent();

        String envelope = "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"me\",\"type\":\"asked\",";
        HttpResponse<String> structured =
                event(envelope + "\"data\":{\"instances\":[[1,2]]}}", "content-type", "application/cloudevents+json");
        assertThat(structured.headers().firstValue("content-type")).hasValue("application/cloudevents+json");
        assertThat(structured.body())
                .startsWith("{\"specversion\":\"1.0\",\"id\":\"")
                .contains("\"source\":\"io.kserve.inference.rows\"")
                .endsWith("\"data\":{\"predictions\":[[1.0,2.0]]}}");
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assertThat(event(
                                envelope + "\"traceparent\":\"" + parent + "\",\"data\":{\"instances\":[[1,2]]}}",
                                "content-type",
                                "application/cloudevents+json")
                        .body())
                .as("without tracing, the event's own trace")
                .contains("\"traceparent\":\"" + parent + "\"");
        assertThat(event(
                                envelope + "\"traceparent\":\"a\\r\\nb: c\",\"data\":{\"instances\":[[1,2]]}}",
                                "content-type",
                                "application/cloudevents+json")
                        .body())
                .doesNotContain("traceparent");
        String coded = Base64.getEncoder().encodeToString("{\"instances\":[[1,2]]}".getBytes(StandardCharsets.UTF_8));
        assertThat(event(
                                envelope + "\"data_base64\":\"" + coded + "\"}",
                                "content-type",
                                "application/cloudevents+json")
                        .statusCode())
                .isEqualTo(200);
        assertThat(event(envelope + "\"x\":1}", "content-type", "application/cloudevents+json")
                        .statusCode())
                .isEqualTo(400);
        assertThat(event("{}", "ce-specversion", "1.0", "ce-id", "7").body()).contains("ce-source");
    }
}

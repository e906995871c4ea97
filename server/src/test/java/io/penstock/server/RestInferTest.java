package io.penstock.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RestInferTest {
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String fp32(String data) {
        return "{\"id\":\"a\",\"inputs\":[{\"name\":\"in\",\"datatype\":\"FP32\",\"shape\":[3],\"data\":" + data
                + "}]}";
    }

    @Test
    void answersJsonWithJson() throws Exception {
        HttpResponse<String> answer = server.post("/v2/models/echo/infer", fp32("[1,2.5,-3]"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(answer.headers().firstValue("x-request-id")).isPresent();
        assertThat(answer.body())
                .isEqualTo(
                        "{\"model_name\":\"echo\",\"model_version\":\"1\",\"id\":\"a\",\"outputs\":[{\"name\":\"out\","
                                + "\"datatype\":\"FP32\",\"shape\":[3],\"data\":[1.0,2.5,-3.0]}]}");
    }

    @Test
    void answersBinaryWithBinary() throws Exception {
        String json = "{\"inputs\":[{\"name\":\"in\",\"datatype\":\"FP32\",\"shape\":[150000],"
                + "\"parameters\":{\"binary_data_size\":600000}}],\"outputs\":[{\"name\":\"out\","
                + "\"parameters\":{\"binary_data\":true}}]}";
        ByteBuffer body = ByteBuffer.allocate(json.length() + 600_000).order(ByteOrder.LITTLE_ENDIAN);
        body.put(json.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 150_000; i++) {
            body.putFloat(i);
        }

        HttpResponse<byte[]> answer = server.client.send(
                server.request("/v2/models/echo/versions/1/infer")
                        .header("Inference-Header-Content-Length", Integer.toString(json.length()))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body.array()))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());

        assertThat(answer.statusCode()).isEqualTo(200);
        int head = (int) answer.headers()
                .firstValueAsLong("inference-header-content-length")
                .orElseThrow();
        byte[] bytes = answer.body();
        assertThat(new String(bytes, 0, head, StandardCharsets.UTF_8)).contains("\"binary_data_size\":600000");
        assertThat(Arrays.copyOfRange(bytes, head, bytes.length))
                .isEqualTo(Arrays.copyOfRange(body.array(), json.length(), body.capacity()));
    }

    @Test
    void answersRawBinaryRequest() throws Exception {
        HttpResponse<byte[]> answer = server.client.send(
                server.request("/v2/models/echo/infer")
                        .header("Inference-Header-Content-Length", "0")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[] {0, 0, (byte) 0x80, 0x3F}))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).endsWith(0, 0, 0x80, 0x3F);
    }

    @Test
    void namesOfModelsMayHoldSlashesAndColons() throws Exception {
        assertThat(server.post("/v2/models/org/model:7/infer", fp32("[1,2,3]")).statusCode())
                .isEqualTo(200);
        assertThat(server.post("/v2/models/org%2Fmodel%3A7/infer", fp32("[1,2,3]"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(server.get("/v2/models/org/model:7").body()).contains("\"name\":\"org/model:7\"");
    }

    @Test
    void refusesWithASentenceAndLivesOn() throws Exception {
        HttpResponse<String> wrong = server.post("/v2/models/echo/infer", fp32("[1,2]"));
        HttpResponse<String> unknown = server.post("/v2/models/nobody/infer", fp32("[1,2,3]"));
        HttpResponse<String> notJson = server.post("/v2/models/echo/infer", "hello");
        HttpResponse<String> empty = server.post("/v2/models/echo/infer", "");
        HttpResponse<String> method = server.get("/v2/models/echo/infer");
        HttpResponse<String> nowhere = server.get("/nowhere");

        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(wrong.body()).isEqualTo("{\"error\":\"input 'in' has 2 elements, but its shape [3] has 3\"}");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).contains("no model is named nobody");
        assertThat(notJson.statusCode()).isEqualTo(400);
        assertThat(empty.statusCode()).isEqualTo(400);
        assertThat(method.statusCode()).isEqualTo(405);
        assertThat(method.headers().firstValue("allow")).hasValue("POST");
        assertThat(nowhere.statusCode()).isEqualTo(404);
        assertThat(nowhere.body()).contains("/nowhere");
        assertThat(server.get("/v2/health/live").body()).isEqualTo("{\"live\":true}");
    }

    @Test
    void refusesWrongHeaderLengths() throws Exception {
        for (String length : new String[] {"-1", "9999", "x", "99999999999999999999"}) {
            HttpResponse<String> answer = server.client.send(
                    server.request("/v2/models/echo/infer")
                            .header("Inference-Header-Content-Length", length)
                            .POST(HttpRequest.BodyPublishers.ofString(fp32("[1,2,3]")))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(length).isEqualTo(400);
            assertThat(answer.body()).contains("Inference-Header-Content-Length");
        }
    }

    @Test
    void saysWhatItServes() throws Exception {
        assertThat(server.get("/v2").body()).contains("\"name\":\"penstock\"").contains("binary_tensor_data");
        assertThat(server.get("/v2/").statusCode()).isEqualTo(200);
        assertThat(server.get("/v2/health/ready").body()).isEqualTo("{\"ready\":true}");
        assertThat(server.get("/v2/models").body()).contains("\"echo-fp16\"");
        assertThat(server.get("/v2/models/pair").body())
                .contains("\"inputs\":[{\"name\":\"in1\",\"datatype\":\"INT32\",\"shape\":[-1,2]}");
        assertThat(server.get("/v2/models/echo/ready").body()).isEqualTo("{\"name\":\"echo\",\"ready\":true}");
        assertThat(server.get("/v2/models/echo/versions/7/ready").statusCode()).isEqualTo(400);
        assertThat(server.get("/v2/models/nobody/ready").body()).isEqualTo("{\"name\":\"nobody\",\"ready\":false}");
        assertThat(server.get("/v2/models/echo/config").body()).contains("TYPE_FP32");
        assertThat(server.get("/v2/models/stats").body()).contains("\"model_stats\"");
        assertThat(server.get("/v2/models/echo/stats").body()).contains("\"inference_count\":0");
        assertThat(server.post("/v2/repository/index", "{}").body()).contains("\"state\":\"READY\"");
        assertThat(server.get("/v1/models").body()).contains("\"models\":[").contains("\"object\":\"list\"");
        assertThat(server.get("/livez").statusCode()).isEqualTo(200);
        assertThat(server.get("/readyz").statusCode()).isEqualTo(200);
    }

    @Test
    void keepsTheCallersRequestId() throws Exception {
        HttpResponse<String> answer = server.client.send(
                server.request("/livez").header("x-request-id", "mine-1").build(),
                HttpResponse.BodyHandlers.ofString());
        HttpResponse<String> unfit = server.client.send(
                server.request("/livez").header("x-request-id", "x".repeat(129)).build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.headers().firstValue("x-request-id")).hasValue("mine-1");
        assertThat(unfit.headers().firstValue("x-request-id").orElseThrow()).matches("[0-9a-f]{8}-[0-9a-f]{4}-7.{21}");
    }
}

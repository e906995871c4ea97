package io.penstock.app.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Http1AnswerTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
                "HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\nContent-Length:5\n\nhello"
            })
    void endsExactlyWhereTheAnswerEndsHoweverItIsCut(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        for (int cut = 0; cut <= bytes.length; cut++) {
            Http1Answer answer = new Http1Answer();
            answer.reset();
            ByteBuf in = Unpooled.buffer();
            in.writeBytes(bytes, 0, cut);
            answer.read(in);
            assertThat(answer.isDone()).as("cut at %d", cut).isEqualTo(cut == bytes.length);
            in.writeBytes(bytes, cut, bytes.length - cut).writeBytes(new byte[] {'H', 'T'});
            answer.read(in);
            assertThat(answer.isDone()).isTrue();
            assertThat(answer.status()).isBetween(200, 204);
            assertThat(in.readableBytes()).as("the next answer stays").isEqualTo(2);
        }
    }

    @Test
    void keepsTheSentenceOfAnError() {
        Http1Answer answer =
                read("HTTP/1.1 400 Bad Request\r\nContent-Length: 15\r\nConnection: close\r\n\r\n{\"error\":\"why\"}");
        assertThat(answer.isDone()).isTrue();
        assertThat(answer.closes()).isTrue();
        assertThat(answer.beginning()).isEqualTo("{\"error\":\"why\"}");
    }

    @Test
    void anAnswerWithoutALengthEndsWithItsConnection() {
        Http1Answer answer = read("HTTP/1.0 200 OK\r\n\r\nhello");
        assertThat(answer.isDone()).isFalse();
        assertThat(answer.ended()).isTrue();
        assertThat(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel").ended())
                .isFalse();
    }

    @Test
    void refusesWhatIsNoHttp() {
        assertThatThrownBy(() -> read("SSH-2.0-OpenSSH_9\r\n")).hasMessageContaining("no HTTP: ");
    }

    private static Http1Answer read(String text) {
        Http1Answer answer = new Http1Answer();
        answer.reset();
        answer.read(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
        return answer;
    }
}

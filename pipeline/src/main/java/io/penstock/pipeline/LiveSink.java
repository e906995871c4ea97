package io.penstock.pipeline;

import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PictureCodec;
import io.penstock.pipeline.frame.ResultPainter;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Shows results to whoever watches. */
public final class LiveSink implements Sink {
    private final Map<String, LiveStream> streams;
    private final PictureCodec codec;
    private final ResultPainter painter;

    public LiveSink(List<LiveStream> streams, PictureCodec codec, ResultPainter painter) {
        this.streams = streams.stream().collect(Collectors.toMap(LiveStream::name, Function.identity()));
        this.codec = codec;
        this.painter = painter;
    }

    @Override
    public void write(Result result, Picture picture) {
        result.origin().map(origin -> streams.get(origin.stream())).ifPresent(stream -> {
            stream.publish(new LiveFrame(result, picture.retain(), codec, painter));
        });
    }

    @Override
    public void close() {
        streams.values().forEach(LiveStream::close);
    }
}

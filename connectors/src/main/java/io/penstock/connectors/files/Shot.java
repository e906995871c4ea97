package io.penstock.connectors.files;

import io.penstock.pipeline.Result;
import io.penstock.pipeline.SinkCounters;
import io.penstock.pipeline.SinkWriter;
import io.penstock.pipeline.frame.Picture;

/** A result on its way into the folder; it holds a count of its picture. */
record Shot(Result result, Picture picture, SinkCounters counters) implements SinkWriter.Item {
    @Override
    public long bytes() {
        long bytes = 512;
        for (Picture.Plane plane : picture.planes()) {
            bytes += plane.data().byteSize();
        }
        return bytes;
    }

    @Override
    public boolean isOfRequest() {
        return result.origin().isEmpty();
    }

    @Override
    public void release() {
        picture.close();
    }
}

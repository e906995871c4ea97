package io.penstock.vision;

import io.penstock.pipeline.Exchange;
import io.penstock.pipeline.MapStep;
import io.penstock.pipeline.Payload;
import io.penstock.pipeline.frame.PictureCodec;
import io.penstock.pipeline.frame.PictureException;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;

/** Decodes what came in; a frame that is a picture already passes. */
final class DecodeImageStep implements MapStep {
    private final PictureCodec codec;

    DecodeImageStep(PictureCodec codec) {
        this.codec = codec;
    }

    @Override
    public void apply(Exchange exchange) {
        Payload payload = exchange.payload();
        if (payload == null || exchange.hasPicture()) {
            return;
        }
        try {
            exchange.setPicture(codec.decode(payload.bytes()));
        } catch (PictureException e) {
            ErrorCode code =
                    e.reason() == PictureException.Reason.TOO_LARGE ? ErrorCode.TOO_LARGE : ErrorCode.INVALID_REQUEST;
            throw new ServingException(code, String.valueOf(e.getMessage()), e);
        }
    }
}

package io.penstock.media;

import io.penstock.pipeline.frame.ColourSpace;
import io.penstock.pipeline.frame.Picture;
import io.penstock.pipeline.frame.PixelFormat;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;

/** FFmpeg's frames seen as our pictures, and the other way round. */
final class Planes {
    private Planes() {}

    /** Memory of FFmpeg's as a segment; whoever holds it keeps the frame or packet behind it. */
    @SuppressWarnings("restricted") // FFmpeg owns this memory and says how large it is.
    static MemorySegment view(BytePointer pointer, long size) {
        return MemorySegment.ofAddress(pointer.address()).reinterpret(size);
    }

    /** A picture over the frame's own memory, freed with the picture; nothing where the frame has no such format. */
    static Optional<Picture> picture(AVFrame frame, FrameLedger ledger) {
        Optional<PixelFormat> format = format(frame.format());
        if (format.isEmpty()) {
            return Optional.empty();
        }
        List<Picture.Plane> planes = new ArrayList<>();
        for (int i = 0; i < format.get().planes(); i++) {
            int stride = frame.linesize(i);
            if (stride < 0) {
                return Optional.empty();
            }
            long size = (long) stride * (format.get().planeHeight(i, frame.height()) - 1)
                    + rowBytes(format.get(), i, frame.width());
            planes.add(new Picture.Plane(view(frame.data(i), size), stride));
        }
        return Optional.of(new Picture(
                frame.width(), frame.height(), format.get(), colourSpace(frame), planes, () -> ledger.free(frame)));
    }

    /** Bytes of one row of a plane. */
    static int rowBytes(PixelFormat format, int plane, int width) {
        return format == PixelFormat.RGB24 ? 3 * width : format.planeWidth(plane, width);
    }

    /** A frame with a copy of the picture's pixels. */
    static AVFrame frame(Picture picture, FrameLedger ledger) {
        PixelFormat format = picture.format();
        AVFrame frame = ledger.take(picture.width(), picture.height(), number(format, picture.colourSpace()));
        for (int i = 0; i < format.planes(); i++) {
            int rows = format.planeHeight(i, picture.height());
            int bytes = rowBytes(format, i, picture.width());
            Picture.Plane plane = picture.plane(i);
            int stride = frame.linesize(i);
            MemorySegment target = view(frame.data(i), (long) stride * (rows - 1) + bytes);
            for (int y = 0; y < rows; y++) {
                MemorySegment.copy(plane.data(), (long) y * plane.stride(), target, (long) y * stride, bytes);
            }
        }
        return frame;
    }

    static boolean isFull(ColourSpace space) {
        return space == ColourSpace.BT601_FULL || space == ColourSpace.BT709_FULL;
    }

    /** FFmpeg's number; its J formats are those whose samples have the full range. */
    private static int number(PixelFormat format, ColourSpace space) {
        boolean full = isFull(space);
        return switch (format) {
            case RGB24 -> avutil.AV_PIX_FMT_RGB24;
            case GRAY8 -> avutil.AV_PIX_FMT_GRAY8;
            case YUV420P -> full ? avutil.AV_PIX_FMT_YUVJ420P : avutil.AV_PIX_FMT_YUV420P;
            case YUV422P -> full ? avutil.AV_PIX_FMT_YUVJ422P : avutil.AV_PIX_FMT_YUV422P;
            case YUV440P -> full ? avutil.AV_PIX_FMT_YUVJ440P : avutil.AV_PIX_FMT_YUV440P;
            case YUV444P -> full ? avutil.AV_PIX_FMT_YUVJ444P : avutil.AV_PIX_FMT_YUV444P;
        };
    }

    private static Optional<PixelFormat> format(int number) {
        return Optional.ofNullable(
                switch (number) {
                    case avutil.AV_PIX_FMT_RGB24 -> PixelFormat.RGB24;
                    case avutil.AV_PIX_FMT_GRAY8 -> PixelFormat.GRAY8;
                    // Alpha is the last plane: leaving it unread drops it.
                    case avutil.AV_PIX_FMT_YUVJ420P, avutil.AV_PIX_FMT_YUV420P, avutil.AV_PIX_FMT_YUVA420P ->
                        PixelFormat.YUV420P;
                    case avutil.AV_PIX_FMT_YUVJ422P, avutil.AV_PIX_FMT_YUV422P -> PixelFormat.YUV422P;
                    case avutil.AV_PIX_FMT_YUVJ440P, avutil.AV_PIX_FMT_YUV440P -> PixelFormat.YUV440P;
                    case avutil.AV_PIX_FMT_YUVJ444P, avutil.AV_PIX_FMT_YUV444P -> PixelFormat.YUV444P;
                    default -> null;
                });
    }

    private static ColourSpace colourSpace(AVFrame frame) {
        boolean full = frame.color_range() == avutil.AVCOL_RANGE_JPEG
                || switch (frame.format()) {
                    case avutil.AV_PIX_FMT_YUVJ420P,
                            avutil.AV_PIX_FMT_YUVJ422P,
                            avutil.AV_PIX_FMT_YUVJ440P,
                            avutil.AV_PIX_FMT_YUVJ444P,
                            avutil.AV_PIX_FMT_RGB24,
                            avutil.AV_PIX_FMT_GRAY8 -> true;
                    default -> false;
                };
        boolean high = frame.colorspace() == avutil.AVCOL_SPC_BT709;
        if (high) {
            return full ? ColourSpace.BT709_FULL : ColourSpace.BT709_LIMITED;
        }
        return full ? ColourSpace.BT601_FULL : ColourSpace.BT601_LIMITED;
    }
}

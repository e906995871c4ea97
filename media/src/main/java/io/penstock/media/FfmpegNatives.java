package io.penstock.media;

import java.nio.file.Path;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.javacpp.Loader;

/** Where FFmpeg's libraries are unpacked, and which of them are loaded. */
public final class FfmpegNatives {
    private FfmpegNatives() {}

    /**
     * Names the folder that the libraries are unpacked into, once, and found in at later starts. Call it before
     * anything of FFmpeg is used; a folder that the user named by {@code org.bytedeco.javacpp.cachedir} stays.
     */
    public static void useCache(Path folder) {
        if (System.getProperty("org.bytedeco.javacpp.cachedir") == null) {
            System.setProperty("org.bytedeco.javacpp.cachedir", folder.toString());
        }
    }

    /**
     * Loads avutil, avcodec and swscale, and no other: a still needs no demuxer, and each library costs start time.
     * FFmpeg's own log is silenced; what it would say about a broken picture goes to its sender as an exception.
     */
    public static void load() {
        Loader.load(avutil.class);
        Loader.load(avcodec.class);
        Loader.load(swscale.class);
        avutil.av_log_set_level(avutil.AV_LOG_QUIET);
    }
}

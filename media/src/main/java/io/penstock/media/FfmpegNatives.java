package io.penstock.media;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.javacpp.Loader;

/** Where FFmpeg's libraries are unpacked, and which of them are loaded. */
public final class FfmpegNatives {
    private static final String CACHE = "org.bytedeco.javacpp.cachedir";
    /** In this order each finds those that it needs. */
    private static final List<String> NEEDED = List.of(
            "libdrm.so.2",
            "libva.so.2",
            "libva-drm.so.2",
            "libavutil.so.60",
            "libswresample.so.6",
            "libavcodec.so.62",
            "libswscale.so.9",
            "libjniavutil.so",
            "libjniavcodec.so",
            "libjniswscale.so");

    /** What files with several streams need beside them. */
    private static final List<String> NEEDED_FOR_CLIPS = List.of("libavformat.so.62", "libjniavformat.so");

    private static final String LOADS_BY_ITSELF = "org.bytedeco.javacpp.loadlibraries";

    private FfmpegNatives() {}

    /**
     * Names the folder that the libraries are unpacked into, once, and found in at later starts. Call it before
     * anything of FFmpeg is used; a folder that the user named by {@code org.bytedeco.javacpp.cachedir} stays.
     */
    public static void useCache(Path folder) {
        if (System.getProperty(CACHE) == null) {
            System.setProperty(CACHE, folder.toString());
        }
    }

    /**
     * Loads avutil, avcodec and swscale, and no other: a still needs no demuxer, and each library costs start time.
     * FFmpeg's own log is silenced; what it would say about a broken picture goes to its sender as an exception. All
     * calls but the first cost nothing.
     */
    public static void load() {
        Loaded.now();
    }

    /** Loads avformat as well, for clips. */
    static void loadForClips() {
        LoadedForClips.now();
    }

    /** As {@link Loaded} does, whose libraries these need. */
    private static final class LoadedForClips {
        static {
            load();
            if (!Loaded.BY_HAND || !Loaded.unpackedBefore(List.of(), NEEDED_FOR_CLIPS)) {
                System.clearProperty(LOADS_BY_ITSELF);
                Loader.load(avformat.class);
            }
        }

        static void now() {}
    }

    /** Its initialisation is what happens once; whoever comes meanwhile waits for it. */
    private static final class Loaded {
        /** Whether what an earlier start has unpacked was loaded, and JavaCPP has no part in it. */
        private static final boolean BY_HAND;

        static {
            boolean asked = System.getProperty(LOADS_BY_ITSELF) != null;
            BY_HAND = !asked && unpackedBefore(List.of(System.mapLibraryName("jnijavacpp")), NEEDED);
            if (!BY_HAND) {
                Loader.load(avutil.class);
                Loader.load(avcodec.class);
                Loader.load(swscale.class);
            }
            avutil.av_log_set_level(avutil.AV_LOG_QUIET);
        }

        static void now() {}

        /**
         * Loads what an earlier start has unpacked, without the search, which takes three times as long as the loading;
         * whether all of it was there.
         */
        @SuppressWarnings("restricted") // native access is what this class is for
        private static boolean unpackedBefore(List<String> ofCore, List<String> ofFfmpeg) {
            String cache = System.getProperty(CACHE, "");
            if (cache.isEmpty()) {
                return false;
            }
            String platform = Loader.getPlatform();
            if (!platform.startsWith("linux")) {
                return false; // libraries have other names there, and nobody has tried
            }
            Path core = Path.of(cache, jar(Loader.class, platform), "org/bytedeco/javacpp", platform);
            Path ffmpeg = Path.of(cache, jar(avutil.class, platform), "org/bytedeco/ffmpeg", platform);
            List<Path> libraries = Stream.concat(
                            ofCore.stream().map(core::resolve),
                            ofFfmpeg.stream().map(ffmpeg::resolve))
                    .toList();
            if (!libraries.stream().allMatch(Files::isRegularFile)) {
                return false;
            }
            System.setProperty(LOADS_BY_ITSELF, "false");
            try {
                libraries.forEach(library -> System.load(library.toString()));
                return true;
            } catch (UnsatisfiedLinkError _) {
                // A library of another build, or half of one: the search unpacks it anew.
                System.clearProperty(LOADS_BY_ITSELF);
                return false;
            }
        }

        /** The jar with a platform's libraries lies beside the one with the classes, and names the cache's folder. */
        private static String jar(Class<?> type, String platform) {
            String classes = Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .getPath())
                    .getFileName()
                    .toString();
            return classes.replaceAll("\\.jar$", "") + "-" + platform + ".jar";
        }
    }
}

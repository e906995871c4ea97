package io.penstock.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Where a pipeline's input comes from. */
public sealed interface SourceSpec {
    /** Calls only. */
    @Field("Calls over HTTP and gRPC only.")
    record Http() implements SourceSpec {}

    /** Live video. */
    @Field("Live video.")
    record Streams(
            @Field(value = "The cameras.", min = 1, max = 256)
            List<CameraSpec> cameras,

            @Field(value = "Where frames wait between decoding and inference.", byDefault = "memory: {}")
            FrameQueueSpec frameQueue,

            @Field("A frame that has waited longer than this is dropped: its result would come too late.")
            Optional<Duration> latencyTarget)
            implements SourceSpec {
        public Streams {
            cameras = List.copyOf(cameras);
        }
    }

    /** One camera. */
    record CameraSpec(
            @Field(value = "Name of the stream.", pattern = "[A-Za-z0-9]([-_.A-Za-z0-9]{0,62})?")
            String name,

            @Field("A rendered scene whose true boxes are known.")
            Synthetic synthetic) {}

    /** A rendered scene. */
    record Synthetic(
            @Field(value = "Which scene.", byDefault = "street")
            SceneName scene,

            @Field(value = "Chooses the scene's layout, light and traffic.", byDefault = "1", min = 0)
            long seed,

            @Field(
                    value = "Frames per second; max takes frames as fast as they are used and drops none.",
                    byDefault = "25")
            FrameRate fps) {}

    /** The scenes there are. */
    enum SceneName {
        STREET;

        @Override
        public String toString() {
            return "street";
        }
    }

    /** How frames wait between decoding and inference. */
    sealed interface FrameQueueSpec {
        /** In this process. */
        @Field("In this process.")
        record Memory(
                @Field(
                        value = "Frames that may wait; when full, the oldest is dropped.",
                        byDefault = "32",
                        min = 1,
                        max = 4096)
                int capacity)
                implements FrameQueueSpec {}
    }
}

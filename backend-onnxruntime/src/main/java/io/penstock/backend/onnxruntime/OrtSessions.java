package io.penstock.backend.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Sessions of ONNX Runtime itself. Its Java API has no IoBinding and no tensors on a device: inputs and outputs are bound
 * to pooled memory of the process, and the CUDA provider copies between that and the device.
 */
final class OrtSessions implements Sessions {
    /**
     * An ONNX file: Identity from {@code x} to {@code y}, FP32 [1], version 8 of the format, operators of version 17.
     * onnx.proto: ModelProto 1 ir_version, 7 graph, 8 opset_import; GraphProto 1 node, 2 name, 11 input, 12 output.
     */
    private static final byte[] ONE_NODE = HexFormat.of()
            .parseHex(
                    "08083a37" // version, and the graph's 55 bytes
                            + "0a100a017812017922084964656e74697479" // the node
                            + "120170" // the graph's name
                            + "5a0f0a0178120a0a08080112040a020801" // input
                            + "620f0a0179120a0a08080112040a020801" // output
                            + "42040a001011"); // operators

    private final OrtEnvironment environment;

    OrtSessions(OrtEnvironment environment) {
        this.environment = environment;
    }

    @Override
    public OrtSession open(Path model, int threads, List<Provider> providers) throws OrtException {
        try (OrtSession.SessionOptions options = options(threads, providers)) {
            return environment.createSession(model.toString(), options);
        }
    }

    @Override
    public void probe(List<Provider> providers) throws OrtException {
        try (OrtSession.SessionOptions options = options(1, providers)) {
            environment.createSession(ONE_NODE, options).close();
        }
    }

    private static OrtSession.SessionOptions options(int threads, List<Provider> providers) throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        boolean done = false;
        try {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            // Spinning threads would take the cores that other models and the pictures need.
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            for (Provider provider : providers) {
                append(options, provider);
            }
            done = true;
            return options;
        } finally {
            if (!done) {
                options.close();
            }
        }
    }

    private static void append(OrtSession.SessionOptions options, Provider provider) throws OrtException {
        switch (provider.kind()) {
            case TENSORRT -> {
                try (OrtTensorRTProviderOptions tensorrt = new OrtTensorRTProviderOptions()) {
                    for (Map.Entry<String, String> option : provider.options().entrySet()) {
                        tensorrt.add(option.getKey(), option.getValue());
                    }
                    options.addTensorrt(tensorrt);
                }
            }
            case CUDA -> {
                try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions()) {
                    for (Map.Entry<String, String> option : provider.options().entrySet()) {
                        cuda.add(option.getKey(), option.getValue());
                    }
                    options.addCUDA(cuda);
                }
            }
        }
    }
}

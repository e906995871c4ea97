package io.penstock.backend.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A machine whose providers work or not as a test says. A session that asks for one that works is opened on the
 * processors, so that all behind it is the real thing.
 */
final class FakeSessions implements Sessions {
    private final Sessions real = new OrtSessions(OnnxRuntimeNatives.load());

    /** Providers whose library and device are there. */
    final Set<Provider.Kind> present = EnumSet.noneOf(Provider.Kind.class);

    /** Providers that are there, and fail with every model. */
    final Set<Provider.Kind> broken = EnumSet.noneOf(Provider.Kind.class);

    final List<List<Provider>> opened = new ArrayList<>();
    final List<List<Provider>> probed = new ArrayList<>();

    @Override
    public OrtSession open(Path model, int threads, List<Provider> providers) throws OrtException {
        opened.add(providers);
        check(providers, broken, true, "CUDA failure 2: out of memory");
        return real.open(model, threads, List.of());
    }

    @Override
    public void probe(List<Provider> providers) throws OrtException {
        probed.add(providers);
        check(providers, present, false, "libcudart.so.12: cannot open shared object file");
    }

    private static void check(List<Provider> providers, Set<Provider.Kind> kinds, boolean fails, String message)
            throws OrtException {
        for (Provider provider : providers) {
            if (kinds.contains(provider.kind()) == fails) {
                throw new OrtException(OrtException.OrtErrorCode.ORT_EP_FAIL, message);
            }
        }
    }
}

package io.penstock.server.oip;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.penstock.protocol.oip.CudaSharedMemoryRegisterRequest;
import io.penstock.protocol.oip.CudaSharedMemoryStatusRequest;
import io.penstock.protocol.oip.CudaSharedMemoryUnregisterRequest;
import io.penstock.protocol.oip.LogSettingsRequest;
import io.penstock.protocol.oip.LogSettingsResponse;
import io.penstock.protocol.oip.ModelRepositoryParameter;
import io.penstock.protocol.oip.RepositoryIndexRequest;
import io.penstock.protocol.oip.RepositoryIndexResponse;
import io.penstock.protocol.oip.RepositoryModelLoadRequest;
import io.penstock.protocol.oip.RepositoryModelLoadResponse;
import io.penstock.protocol.oip.RepositoryModelUnloadRequest;
import io.penstock.protocol.oip.RepositoryModelUnloadResponse;
import io.penstock.protocol.oip.SystemSharedMemoryRegisterRequest;
import io.penstock.protocol.oip.SystemSharedMemoryRegisterResponse;
import io.penstock.protocol.oip.SystemSharedMemoryStatusRequest;
import io.penstock.protocol.oip.SystemSharedMemoryStatusResponse;
import io.penstock.protocol.oip.SystemSharedMemoryStatusResponse.RegionStatus;
import io.penstock.protocol.oip.SystemSharedMemoryUnregisterRequest;
import io.penstock.protocol.oip.SystemSharedMemoryUnregisterResponse;
import io.penstock.protocol.oip.TraceSettingRequest;
import io.penstock.protocol.oip.TraceSettingResponse;
import io.penstock.server.net.Access;
import io.penstock.server.net.Caller;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Triton's extensions over gRPC that are not about one inference: repository, settings, shared memory. */
final class OipGrpcExtensions {
    private static final String FILE = "file:";

    private final OipParts parts;

    OipGrpcExtensions(OipParts parts) {
        this.parts = parts;
    }

    /** Where methods are added under their names. */
    interface Methods {
        <Q extends MessageLite> void add(String name, Supplier<Parser<Q>> parser, GrpcMethod.Answer<Q> handler);
    }

    void addTo(Methods methods) {
        methods.add("RepositoryIndex", RepositoryIndexRequest::parser, this::index);
        methods.add("RepositoryModelLoad", RepositoryModelLoadRequest::parser, this::load);
        methods.add("RepositoryModelUnload", RepositoryModelUnloadRequest::parser, this::unload);
        methods.add("SystemSharedMemoryStatus", SystemSharedMemoryStatusRequest::parser, this::memory);
        methods.add("SystemSharedMemoryRegister", SystemSharedMemoryRegisterRequest::parser, this::register);
        methods.add("SystemSharedMemoryUnregister", SystemSharedMemoryUnregisterRequest::parser, this::unregister);
        methods.add("CudaSharedMemoryStatus", CudaSharedMemoryStatusRequest::parser, (caller, request) -> noCuda());
        methods.add("CudaSharedMemoryRegister", CudaSharedMemoryRegisterRequest::parser, (caller, request) -> noCuda());
        methods.add(
                "CudaSharedMemoryUnregister", CudaSharedMemoryUnregisterRequest::parser, (caller, request) -> noCuda());
        methods.add("TraceSetting", TraceSettingRequest::parser, this::traces);
        methods.add("LogSettings", LogSettingsRequest::parser, this::logs);
    }

    private static MessageLite noCuda() {
        throw OipParts.noCuda();
    }

    private MessageLite index(Caller caller, RepositoryIndexRequest request) {
        RepositoryIndexResponse.Builder answer = RepositoryIndexResponse.newBuilder();
        for (ModelControl.Entry entry : parts.control().index(request.getReady())) {
            if (!caller.mayUse(entry.name())) {
                continue;
            }
            answer.addModelsBuilder()
                    .setName(entry.name())
                    .setVersion(entry.version())
                    .setState(entry.state().name())
                    .setReason(entry.reason());
        }
        return answer.build();
    }

    private MessageLite load(Caller caller, RepositoryModelLoadRequest request) throws InterruptedException {
        caller.require(Access.CONTROL);
        caller.requireUse(request.getModelName());
        Map<String, byte[]> files = new LinkedHashMap<>();
        Optional<String> config = Optional.empty();
        for (Map.Entry<String, ModelRepositoryParameter> each :
                request.getParametersMap().entrySet()) {
            String name = each.getKey();
            ModelRepositoryParameter value = each.getValue();
            if (name.startsWith(FILE) && value.hasBytesParam()) {
                String path = OipParts.checkedFile(name.substring(FILE.length()));
                files.put(path, value.getBytesParam().toByteArray());
            } else if (name.equals("config") && value.hasStringParam()) {
                config = Optional.of(value.getStringParam());
            } else {
                throw new ServingException(
                        ErrorCode.INVALID_REQUEST,
                        "load takes the parameters config, a string, and file:VERSION/FILE, bytes; not '" + name + "'");
            }
        }
        String name = OipParts.checkedName(request.getModelName());
        parts.control().load(name, OipRestExtensions.loadParameters(config, files));
        return RepositoryModelLoadResponse.getDefaultInstance();
    }

    private MessageLite unload(Caller caller, RepositoryModelUnloadRequest request) throws InterruptedException {
        caller.require(Access.CONTROL);
        caller.requireUse(request.getModelName());
        ModelRepositoryParameter dependents = request.getParametersMap().get("unload_dependents");
        parts.control()
                .unload(OipParts.checkedName(request.getModelName()), dependents != null && dependents.getBoolParam());
        return RepositoryModelUnloadResponse.getDefaultInstance();
    }

    private MessageLite memory(Caller caller, SystemSharedMemoryStatusRequest request) {
        caller.require(Access.EVERYTHING);
        SystemSharedMemoryStatusResponse.Builder answer = SystemSharedMemoryStatusResponse.newBuilder();
        for (SharedMemory.Region region : parts.shared().status(request.getName())) {
            answer.putRegions(
                    region.name(),
                    RegionStatus.newBuilder()
                            .setName(region.name())
                            .setKey(region.key())
                            .setOffset(region.offset())
                            .setByteSize(region.byteSize())
                            .build());
        }
        return answer.build();
    }

    private MessageLite register(Caller caller, SystemSharedMemoryRegisterRequest request) {
        caller.require(Access.CONTROL);
        parts.shared()
                .register(
                        caller.name(), request.getName(), request.getKey(), request.getOffset(), request.getByteSize());
        return SystemSharedMemoryRegisterResponse.getDefaultInstance();
    }

    private MessageLite unregister(Caller caller, SystemSharedMemoryUnregisterRequest request) {
        caller.require(Access.CONTROL);
        if (request.getName().isEmpty()) {
            parts.shared().unregisterAll();
        } else {
            parts.shared().unregister(request.getName());
        }
        return SystemSharedMemoryUnregisterResponse.getDefaultInstance();
    }

    private MessageLite traces(Caller caller, TraceSettingRequest request) {
        if (request.getModelName().isEmpty()) {
            caller.require(Access.EVERYTHING);
        } else {
            caller.requireUse(request.getModelName());
        }
        OipRestExtensions.requireModel(parts, request.getModelName());
        Map<String, Optional<List<String>>> changes = new LinkedHashMap<>();
        request.getSettingsMap().forEach((name, value) -> {
            List<String> texts = List.copyOf(value.getValueList());
            changes.put(name, texts.isEmpty() ? Optional.empty() : Optional.of(texts));
        });
        if (!changes.isEmpty()) {
            caller.require(Access.CONTROL);
            parts.traces().update(request.getModelName(), changes);
        }
        TraceSettingResponse.Builder answer = TraceSettingResponse.newBuilder();
        parts.traces()
                .settings(request.getModelName())
                .forEach((name, value) -> answer.putSettings(
                        name,
                        TraceSettingResponse.SettingValue.newBuilder()
                                .addAllValue(value)
                                .build()));
        return answer.build();
    }

    private MessageLite logs(Caller caller, LogSettingsRequest request) {
        caller.require(Access.EVERYTHING);
        Map<String, Object> changes = new LinkedHashMap<>();
        request.getSettingsMap().forEach((name, value) -> {
            switch (value.getParameterChoiceCase()) {
                case BOOL_PARAM -> changes.put(name, value.getBoolParam());
                case UINT32_PARAM -> changes.put(name, Integer.toUnsignedLong(value.getUint32Param()));
                case STRING_PARAM -> changes.put(name, value.getStringParam());
                case PARAMETERCHOICE_NOT_SET -> changes.put(name, Optional.empty());
            }
        });
        if (!changes.isEmpty()) {
            caller.require(Access.CONTROL);
            parts.logs().update(changes);
        }
        LogSettingsResponse.Builder answer = LogSettingsResponse.newBuilder();
        parts.logs().settings().forEach((name, value) -> {
            LogSettingsResponse.SettingValue.Builder setting = LogSettingsResponse.SettingValue.newBuilder();
            if (value instanceof Boolean bool) {
                setting.setBoolParam(bool);
            } else if (value instanceof Integer number) {
                setting.setUint32Param(number);
            } else {
                setting.setStringParam(String.valueOf(value));
            }
            answer.putSettings(name, setting.build());
        });
        return answer.build();
    }
}

package io.penstock.server.oip;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.penstock.protocol.reflection.v1.ErrorResponse;
import io.penstock.protocol.reflection.v1.FileDescriptorResponse;
import io.penstock.protocol.reflection.v1.ListServiceResponse;
import io.penstock.protocol.reflection.v1.ServerReflectionRequest;
import io.penstock.protocol.reflection.v1.ServerReflectionResponse;
import io.penstock.server.net.GrpcHandler.GrpcStream;
import io.penstock.server.net.RequestBody;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * gRPC's server reflection, versions v1 and v1alpha, which differ in their package alone: tools such as grpcurl ask it
 * what is served.
 */
final class GrpcReflection {
    static final String V1 = "grpc.reflection.v1.ServerReflection";
    static final String V1_ALPHA = "grpc.reflection.v1alpha.ServerReflection";

    private static final int NOT_FOUND = 5;
    private static final int UNIMPLEMENTED = 12;

    private final List<String> services = new ArrayList<>();
    private final SequencedMap<String, FileDescriptor> files = new LinkedHashMap<>();
    private final Map<String, FileDescriptor> bySymbol = new LinkedHashMap<>();

    GrpcReflection(List<FileDescriptor> served) {
        for (FileDescriptor file : served) {
            files.put(file.getName(), file);
            for (ServiceDescriptor service : file.getServices()) {
                services.add(service.getFullName());
                bySymbol.put(service.getFullName(), file);
                service.getMethods().forEach(method -> bySymbol.put(method.getFullName(), file));
            }
            file.getEnumTypes().forEach(type -> bySymbol.put(type.getFullName(), file));
            file.getMessageTypes().forEach(type -> add(type, file));
        }
    }

    private void add(Descriptor message, FileDescriptor file) {
        bySymbol.put(message.getFullName(), file);
        message.getFields().forEach(field -> bySymbol.put(field.getFullName(), file));
        message.getEnumTypes().forEach(type -> bySymbol.put(type.getFullName(), file));
        message.getNestedTypes().forEach(type -> add(type, file));
    }

    /** Answers each question until the client has no more. */
    void serve(GrpcStream stream) throws InterruptedException {
        for (Optional<RequestBody> next = stream.receive(); next.isPresent(); next = stream.receive()) {
            ServerReflectionRequest request;
            try {
                request = GrpcMethod.parsed(stream.path(), next.get(), ServerReflectionRequest.parser());
            } finally {
                next.get().lease().close();
            }
            stream.send(GrpcMethod.reply(answer(request, stream.path().startsWith("/" + V1_ALPHA))));
        }
    }

    private MessageLite answer(ServerReflectionRequest request, boolean alpha) {
        ServerReflectionResponse answer = answer(request);
        if (!alpha) {
            return answer;
        }
        try { // the same fields under the same numbers
            return io.penstock.protocol.reflection.v1alpha.ServerReflectionResponse.parseFrom(answer.toByteArray());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("v1 and v1alpha differ", e);
        }
    }

    ServerReflectionResponse answer(ServerReflectionRequest request) {
        ServerReflectionResponse.Builder answer = ServerReflectionResponse.newBuilder()
                .setValidHost(request.getHost())
                .setOriginalRequest(request);
        switch (request.getMessageRequestCase()) {
            case LIST_SERVICES -> {
                ListServiceResponse.Builder list = ListServiceResponse.newBuilder();
                services.forEach(name -> list.addServiceBuilder().setName(name));
                answer.setListServicesResponse(list);
            }
            case FILE_BY_FILENAME ->
                describe(answer, files.get(request.getFileByFilename()), "file " + request.getFileByFilename());
            case FILE_CONTAINING_SYMBOL ->
                describe(
                        answer,
                        bySymbol.get(request.getFileContainingSymbol()),
                        "symbol " + request.getFileContainingSymbol());
            case FILE_CONTAINING_EXTENSION, ALL_EXTENSION_NUMBERS_OF_TYPE ->
                answer.setErrorResponse(error(NOT_FOUND, "no message here has extensions"));
            case MESSAGEREQUEST_NOT_SET -> answer.setErrorResponse(error(UNIMPLEMENTED, "this question is not known"));
        }
        return answer.build();
    }

    private static void describe(ServerReflectionResponse.Builder answer, @Nullable FileDescriptor file, String what) {
        if (file == null) {
            answer.setErrorResponse(error(NOT_FOUND, "there is no " + what));
            return;
        }
        FileDescriptorResponse.Builder files = FileDescriptorResponse.newBuilder();
        List<FileDescriptor> left = new ArrayList<>(List.of(file));
        List<String> seen = new ArrayList<>();
        while (!left.isEmpty()) {
            FileDescriptor next = left.removeFirst();
            if (!seen.contains(next.getName())) {
                seen.add(next.getName());
                files.addFileDescriptorProto(ByteString.copyFrom(next.toProto().toByteArray()));
                left.addAll(next.getDependencies());
            }
        }
        answer.setFileDescriptorResponse(files);
    }

    private static ErrorResponse error(int code, String sentence) {
        return ErrorResponse.newBuilder()
                .setErrorCode(code)
                .setErrorMessage(sentence)
                .build();
    }
}

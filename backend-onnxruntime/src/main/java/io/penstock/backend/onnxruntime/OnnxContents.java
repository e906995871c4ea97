package io.penstock.backend.onnxruntime;

import io.penstock.backend.onnxruntime.ProtobufCursor.Tag;
import io.penstock.serving.call.ErrorCode;
import io.penstock.serving.call.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an ONNX file is made of, read from the file alone: no weight is loaded and nothing is executed.
 *
 * @param parameters elements of all initializers, in subgraphs too
 * @param operators how often each is used, by name; one of another domain than ONNX's own has it in front,
 *     {@code com.microsoft.FusedConv}
 * @param opsets version of each domain, ONNX's own being called {@code ai.onnx}
 * @param producer what wrote the file; empty where it does not say
 */
public record OnnxContents(
        long parameters, SortedMap<String, Long> operators, SortedMap<String, Long> opsets, String producer) {
    public OnnxContents {
        operators = Collections.unmodifiableSortedMap(new TreeMap<>(operators));
        opsets = Collections.unmodifiableSortedMap(new TreeMap<>(opsets));
    }

    /**
     * Reads a file of any size.
     *
     * @throws ServingException with {@link ErrorCode#INVALID_REQUEST} if it is no ONNX model
     */
    public static OnnxContents read(Path file) {
        try (ProtobufCursor in = new ProtobufCursor(Files.newByteChannel(file))) {
            return new Reader(in).model();
        } catch (ProtobufCursor.MalformedException e) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST, file.getFileName() + " is no ONNX model: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new ServingException(ErrorCode.NOT_FOUND, file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * One pass over a file. The numbers are those of the fields in onnx.proto of the ONNX project: ModelProto 2
     * producer_name, 7 graph, 8 opset_import, 25 functions; GraphProto 1 node, 5 initializer, 15 sparse_initializer;
     * NodeProto 4 op_type, 5 attribute, 7 domain; AttributeProto 6 g, 11 graphs; TensorProto 1 dims; FunctionProto 7
     * node; SparseTensorProto 1 values; OperatorSetIdProto 1 domain, 2 version.
     */
    private static final class Reader {
        /** Graphs within graphs; real models have two or three. */
        private static final int DEEPEST = 32;

        private static final int MOST_NODES = 10_000_000;
        private static final int MOST_NAMES = 10_000;

        private final ProtobufCursor in;
        private final TreeMap<String, Long> operators = new TreeMap<>();
        private final TreeMap<String, Long> opsets = new TreeMap<>();
        private String producer = "";
        private long parameters;
        private long nodes;
        private boolean hasGraph;

        Reader(ProtobufCursor in) {
            this.in = in;
        }

        OnnxContents model() throws IOException {
            long end = in.size();
            while (in.position() < end) {
                Tag tag = in.tag(end);
                if (tag.isBytes(2)) {
                    producer = in.text(end);
                } else if (tag.isBytes(7)) {
                    hasGraph = true;
                    graph(in.end(end), 1);
                } else if (tag.isBytes(8)) {
                    opset(in.end(end));
                } else if (tag.isBytes(25)) {
                    function(in.end(end));
                } else {
                    in.skip(tag, end);
                }
            }
            if (!hasGraph) {
                throw in.malformed("it has no graph");
            }
            return new OnnxContents(parameters, operators, opsets, producer);
        }

        private void opset(long end) throws IOException {
            String domain = "";
            long version = 0;
            while (in.position() < end) {
                Tag tag = in.tag(end);
                if (tag.isBytes(1)) {
                    domain = in.text(end);
                } else if (tag.isVarint(2)) {
                    version = in.varint(end);
                } else {
                    in.skip(tag, end);
                }
            }
            if (opsets.size() < MOST_NAMES) {
                opsets.put(domain.isEmpty() ? "ai.onnx" : domain, version);
            }
        }

        private void function(long end) throws IOException {
            while (in.position() < end) {
                Tag tag = in.tag(end);
                if (tag.isBytes(7)) {
                    node(in.end(end), 1);
                } else {
                    in.skip(tag, end);
                }
            }
        }

        private void graph(long end, int depth) throws IOException {
            if (depth > DEEPEST) {
                throw in.malformed("graphs are nested deeper than " + DEEPEST);
            }
            while (in.position() < end) {
                Tag tag = in.tag(end);
                if (tag.isBytes(1)) {
                    node(in.end(end), depth);
                } else if (tag.isBytes(5)) {
                    tensor(in.end(end));
                } else if (tag.isBytes(15)) {
                    sparse(in.end(end));
                } else {
                    in.skip(tag, end);
                }
            }
        }

        private void node(long end, int depth) throws IOException {
            nodes++;
            if (nodes > MOST_NODES) {
                throw in.malformed("it has more than " + MOST_NODES + " nodes");
            }
            String operator = "";
            String domain = "";
            while (in.position() < end) {
                Tag tag = in.tag(end);
                if (tag.isBytes(4)) {
                    operator = in.text(end);
                } else if (tag.isBytes(7)) {
                    domain = in.text(end);
                } else if (tag.isBytes(5)) {
                    attribute(in.end(end), depth);
                } else {
                    in.skip(tag, end);
                }
            }
            String name = domain.isEmpty() || domain.equals("ai.onnx") ? operator : domain + "." + operator;
            if (operators.containsKey(name) || operators.size() < MOST_NAMES) {
                operators.merge(name, 1L, Long::sum);
            } else {
                throw in.malformed("it has more than " + MOST_NAMES + " different operators");
            }
        }

        private void attribute(long end, int depth) throws IOException {
            while (in.position() < end) {
                Tag tag = in.tag(end);
                if (tag.isBytes(6) || tag.isBytes(11)) {
                    graph(in.end(end), depth + 1);
                } else {
                    in.skip(tag, end);
                }
            }
        }

        private void sparse(long end) throws IOException {
            while (in.position() < end) {
                Tag tag = in.tag(end);
                if (tag.isBytes(1)) {
                    tensor(in.end(end));
                } else {
                    in.skip(tag, end);
                }
            }
        }

        private void tensor(long end) throws IOException {
            long elements = 1;
            while (in.position() < end) {
                Tag tag = in.tag(end);
                if (tag.isVarint(1)) {
                    elements = times(elements, in.varint(end));
                } else if (tag.isBytes(1)) {
                    long packed = in.end(end);
                    while (in.position() < packed) {
                        elements = times(elements, in.varint(packed));
                    }
                } else {
                    in.skip(tag, end);
                }
            }
            parameters = plus(parameters, elements);
        }

        private long times(long elements, long dimension) throws IOException {
            if (dimension < 0 || Math.multiplyHigh(elements, dimension) != 0 || elements * dimension < 0) {
                throw in.malformed("a tensor has a dimension of " + dimension);
            }
            return elements * dimension;
        }

        private long plus(long sum, long elements) throws IOException {
            if (sum + elements < 0) {
                throw in.malformed("its tensors have more elements than 63 bits count");
            }
            return sum + elements;
        }
    }
}

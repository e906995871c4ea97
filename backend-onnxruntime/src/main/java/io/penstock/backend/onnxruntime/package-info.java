/** Executes ONNX models with ONNX Runtime. */
@NullMarked
package io.penstock.backend.onnxruntime;

import org.jspecify.annotations.NullMarked;

/** Tensors and the pool their memory comes from: the only data the model server moves. */
@NullMarked
package io.penstock.serving.tensor;

import org.jspecify.annotations.NullMarked;

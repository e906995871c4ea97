/** Tensors to meaning: families of models, how they are recognised, how their outputs are read. Pure. */
@NullMarked
package io.penstock.vision.detect;

import org.jspecify.annotations.NullMarked;

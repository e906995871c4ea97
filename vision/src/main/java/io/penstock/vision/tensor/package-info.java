/** Pictures to tensors: placement, conversion to RGB, resizing, normalisation, layout, in one pass. Pure. */
@NullMarked
package io.penstock.vision.tensor;

import org.jspecify.annotations.NullMarked;

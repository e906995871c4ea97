/** Pictures to tensors, and tensors to meaning: placement, resizing, model families, decoding. Pure. */
@NullMarked
package io.penstock.vision;

import org.jspecify.annotations.NullMarked;

/** How good a detector is, measured on pictures whose truth is known. Pure. */
@NullMarked
package io.penstock.vision.evaluation;

import org.jspecify.annotations.NullMarked;

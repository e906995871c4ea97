/** Reads Triton's model configurations, {@code config.pbtxt}. */
@NullMarked
package io.penstock.spec.triton;

import org.jspecify.annotations.NullMarked;

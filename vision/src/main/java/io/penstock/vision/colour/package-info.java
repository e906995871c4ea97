/** The colours of what is seen, by name. Pure. */
@NullMarked
package io.penstock.vision.colour;

import org.jspecify.annotations.NullMarked;

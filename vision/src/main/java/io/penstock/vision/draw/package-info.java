/** Draws what was found into pictures, without AWT. */
@NullMarked
package io.penstock.vision.draw;

import org.jspecify.annotations.NullMarked;

/** The synthetic street: a seed and a frame's number give the frame's pixels and the truth about them. */
@NullMarked
package io.penstock.scene;

import org.jspecify.annotations.NullMarked;

/** Gates over the repository itself: who knows whom, what a file may look like, and whether documents tell the truth. */
@NullMarked
package io.penstock.app.house;

import org.jspecify.annotations.NullMarked;

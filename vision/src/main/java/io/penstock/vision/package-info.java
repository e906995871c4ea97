/** What a document's steps come to for the model that it names, and the steps themselves. Pure. */
@NullMarked
package io.penstock.vision;

import org.jspecify.annotations.NullMarked;

/** Load on a model server: connections that keep one request under way each, the loops that drive them, what they measure. */
@NullMarked
package io.penstock.app.client;

import org.jspecify.annotations.NullMarked;

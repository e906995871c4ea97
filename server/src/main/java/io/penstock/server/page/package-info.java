/** The dashboard's files. */
@NullMarked
package io.penstock.server.page;

import org.jspecify.annotations.NullMarked;

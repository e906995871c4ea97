/** The embedded database: results in one file that other tools read too. */
@NullMarked
package io.penstock.connectors.sqlite;

import org.jspecify.annotations.NullMarked;

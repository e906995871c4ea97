/** The language: what a user may write, and nothing about how it runs. */
@NullMarked
package io.penstock.spec;

import org.jspecify.annotations.NullMarked;

/** What is measured, and how; kept results lie in {@code benchmarks/results}. */
@NullMarked
package io.penstock.benchmarks;

import org.jspecify.annotations.NullMarked;

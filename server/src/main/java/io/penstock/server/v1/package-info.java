/** The V1 protocol of KServe, with CloudEvents, and the list of models that it shares with OpenAI's clients. */
@NullMarked
package io.penstock.server.v1;

import org.jspecify.annotations.NullMarked;

/** Everything that answers on the one port: models, pipelines, streams, health, metrics and the dashboard. */
@NullMarked
package io.penstock.server;

import org.jspecify.annotations.NullMarked;

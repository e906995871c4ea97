package io.penstock.app;

import io.penstock.app.client.Lane;
import java.util.List;

/** What load is put on: a server at an address, or a pipeline inside this process. */
interface BenchTarget extends AutoCloseable {
    /** How the report names it. */
    String shown();

    /** What is asked for, one name for each load. */
    List<String> models();

    /** As many lanes as requests can be under way. */
    List<Lane> lanes(String model, int count);

    @Override
    void close();
}

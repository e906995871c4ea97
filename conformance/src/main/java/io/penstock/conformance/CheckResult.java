package io.penstock.conformance;

import java.time.Duration;

/**
 * What came of one check.
 *
 * @param cause what the server did where it failed, or why it says nothing where it was skipped; empty where it passed
 */
record CheckResult(Check check, Verdict verdict, String cause, Duration took) {
    /** How a check ended. */
    enum Verdict {
        PASSED,
        FAILED,
        SKIPPED
    }
}

"""Makes a table in Markdown of measure.py's lines: table.py ROUNDS.csv. Medians of the rounds, the spread of the rate behind."""

import csv
import statistics
import sys

from workloads import WORKLOADS

TITLES = {
    "tensor": "UltraFace, a tensor of 920 kB in binary",
    "photo": "UltraFace, a JPEG in, faces as JSON out",
    "noop": "nothing done, 16 numbers as JSON",
}


def median(rows, field):
    return statistics.median(float(row[field]) for row in rows)


def table(rows, workload):
    servers = {}
    for row in rows:
        if row["workload"] == workload:
            servers.setdefault(row["server"], []).append(row)
    ours = servers["penstock"]
    print(f"\n**{TITLES[workload]}**\n")
    print("| server | requests/s (spread) | p50 ms | p99 ms | server's CPU ms a request | ours to it: requests/s | its CPU to ours | load before |")
    print("|---|---|---|---|---|---|---|---|")
    for server, runs in servers.items():
        rates = [float(run["requests_per_second"]) for run in runs]
        load_averages = [float(run["load_average"]) for run in runs]
        cells = [
            server,
            f"{statistics.median(rates):.0f} ({min(rates):.0f} to {max(rates):.0f})",
            f"{median(runs, 'p50_ms'):.1f}",
            f"{median(runs, 'p99_ms'):.1f}",
            f"{median(runs, 'cpu_ms_per_request'):.2f}",
            f"{ratio(ours, runs, 'requests_per_second'):.2f}",
            f"{ratio(runs, ours, 'cpu_ms_per_request'):.2f}",
            f"{min(load_averages):.1f} to {max(load_averages):.1f}",
        ]
        print("| " + " | ".join(cells) + " |")


def ratio(over, under, field):
    """The median of the rounds' own ratios: a round's runs lie close together in time."""
    by_round = {row["round"]: float(row[field]) for row in under}
    return statistics.median(float(row[field]) / by_round[row["round"]] for row in over if row["round"] in by_round)


def main(path):
    with open(path) as lines:
        rows = list(csv.DictReader(lines))
    failed = sum(int(row["failed"]) for row in rows)
    print(
        f"Requests that failed: {failed}. "
        f"Load average before the runs: median {median(rows, 'load_average'):.1f}."
    )
    for workload in WORKLOADS:
        table(rows, workload)


if __name__ == "__main__":
    main(sys.argv[1])

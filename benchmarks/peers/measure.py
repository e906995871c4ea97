"""Puts load on a server and writes a line of CSV for each workload: measure.py SERVER FOLDER PORT GRPC_PORT SESSION ROUND.

SESSION is the server's process id, which leads a session of its own, so that all its processes are found by it.
"""

import csv
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

from workloads import CALLS, headers

PENSTOCK = pathlib.Path(__file__).parents[2] / "penstock"
CONNECTIONS = 8
WARM_UP = float(os.environ.get("PEERS_WARMUP_SECONDS", "4"))
DURATION = float(os.environ.get("PEERS_SECONDS", "10"))
# The load program needs a moment to print and to end after its last request.
TAIL = 0.75
FIELDS = ("round", "server", "workload", "requests_per_second", "p50_ms", "p99_ms", "cpu_ms_per_request", "failed", "load_average")
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(session):
    """CPU of the session's processes, and of those of their children that ended and were waited for."""
    ticks = 0
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            # The name, in brackets, may hold anything; what follows it begins with the state, field 3.
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == session:
            ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS


class Sampler(threading.Thread):
    """Notes four times a second how much CPU the server has used."""

    def __init__(self, session):
        super().__init__(daemon=True)
        self.session = session
        self.samples = []
        self.ended = threading.Event()

    def run(self):
        while not self.ended.wait(0.25):
            self.samples.append((time.monotonic(), cpu_seconds(self.session)))

    def cores(self):
        """CPU seconds a second while the load was measured, from the samples before the load program's end."""
        end = time.monotonic()
        inside = [s for s in self.samples if end - DURATION <= s[0] <= end - TAIL]
        (begin, before), (finish, after) = inside[0], inside[-1]
        return (after - before) / (finish - begin)


def bench(call, folder, port, grpc_port):
    command = [PENSTOCK, "bench", "-o", "json", "--concurrency", str(CONNECTIONS)]
    command += ["--warmup", f"{WARM_UP:g}s", "--duration", f"{DURATION:g}s", "--input", folder / call.file]
    if call.grpc:
        command += ["--protocol", "grpc", "--grpc", f"127.0.0.1:{grpc_port}", "--model", call.path]
    for line in headers(call, folder):
        command += ["--header", line]
    command.append(f"http://127.0.0.1:{port}" + ("" if call.grpc else call.path))
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=WARM_UP + DURATION + 30)
    return json.loads(done.stdout)["models"][0]


def main(server, folder, port, grpc_port, session, number):
    out = csv.DictWriter(sys.stdout, FIELDS, lineterminator="\n")
    for workload, call in CALLS[server].items():
        load_average = os.getloadavg()[0]
        sampler = Sampler(session)
        sampler.start()
        load = bench(call, folder, port, grpc_port)
        cores = sampler.cores()
        sampler.ended.set()
        if load["failed"]:
            print(f"{server} {workload}: {load['failures']}", file=sys.stderr)
        rate = load["ratePerSecond"]
        out.writerow(
            {
                "round": number,
                "server": server,
                "workload": workload,
                "requests_per_second": f"{rate:.1f}",
                "p50_ms": f"{load['latencySeconds']['p50'] * 1e3:.2f}",
                "p99_ms": f"{load['latencySeconds']['p99'] * 1e3:.2f}",
                "cpu_ms_per_request": f"{cores / rate * 1e3:.3f}",
                "failed": load["failed"],
                "load_average": f"{load_average:.1f}",
            }
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]), *map(int, sys.argv[3:7]))

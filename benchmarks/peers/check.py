"""Holds a server's answers against ONNX Runtime's: check.py SERVER FOLDER PORT GRPC_PORT. Ends with 1 where one differs."""

import json
import pathlib
import sys

import numpy as np
from workloads import CALLS, answer

# JPEG decoders and resizers round differently; what they do to a box is below a pixel, to a score below a hundredth.
PIXELS, SCORE = 2.0, 0.02


def tensors_differ(found, expected):
    for name in found:
        if found[name].shape != expected[name].shape:
            return f"{name} is {found[name].shape}, not {expected[name].shape}"
        apart = float(np.abs(found[name] - expected[name]).max())
        if not apart <= 1e-4:
            return f"{name} is {apart} apart"
    return ""


def detections_differ(found, expected):
    if len(found) != len(expected):
        return f"{len(found)} detections, not {len(expected)}"
    by_score = lambda detection: -detection["score"]
    for one, other in zip(sorted(found, key=by_score), sorted(expected, key=by_score)):
        apart = max(abs(one["box"][side] - other["box"][side]) for side in other["box"])
        if apart > PIXELS or abs(one["score"] - other["score"]) > SCORE:
            return f"{one} is not {other}"
    return ""


def main(server, folder, port, grpc_port):
    arrays = np.load(folder / "expected.npz")
    wrong = []
    for workload, call in CALLS[server].items():
        said = answer(call, workload, folder, port, grpc_port)
        if workload == "photo":
            differs = detections_differ(said["detections"], json.loads((folder / "expected.json").read_text())["detections"])
        else:
            names = {"noop": {"output"}, "tensor": {"scores", "boxes"}}[workload]
            differs = f"outputs {set(said)}, not {names}" if set(said) != names else tensors_differ(said, arrays)
        print(f"{server} {workload}: {differs or 'as ONNX Runtime'}", file=sys.stderr)
        if differs:
            wrong.append(workload)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))

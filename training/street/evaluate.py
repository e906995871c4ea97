"""A quick mAP50 of an exported model with ONNX Runtime on cached pictures; `penstock evaluate` gives the official one."""

import argparse
import time

import numpy as np
import onnxruntime

import score
from dataset import Dataset


def session_of(path, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="../../samples/street/street-detector.onnx")
    parser.add_argument("--data", default="data/test")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    session = session_of(options.model, options.threads)
    dataset = Dataset(options.data)
    found, seconds = [], []
    for index in range(len(dataset)):
        pictures = dataset.picture(index)[None].astype(np.float32) / 255
        began = time.perf_counter()
        answer = session.run(None, {"images": pictures})[0]
        seconds.append(time.perf_counter() - began)
        found.append(score.suppress(answer[0]))
    mean, by_label = score.report(found, dataset.truth)
    for label, value in by_label.items():
        print(f"{label:14} {'no truth' if value is None else f'{value:.3f}'}")
    print(f"{'mAP50':14} {mean:.3f} on {len(dataset)} pictures")
    print(f"{'ms a picture':14} {1000 * np.median(seconds):.2f} (median, {options.threads} threads)")


if __name__ == "__main__":
    main()

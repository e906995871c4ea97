"""Writes a checkpoint as an ONNX model: YOLOv8's layout, the metadata that Penstock's `auto` reads, batch of any size."""

import argparse
import json
import pathlib

import torch

from dataset import HEIGHT, LABELS, WIDTH
from model import Decoded, StreetDetector

OPSET = 13


def write(checkpoint, target):
    detector = StreetDetector()
    # The cells' places are no weights: they stay as the model made them.
    detector.load_state_dict(torch.load(checkpoint, map_location="cpu"))
    model = Decoded(detector).eval()
    torch.onnx.export(
        model,
        torch.rand(1, 3, HEIGHT, WIDTH),
        str(target),
        opset_version=OPSET,
        input_names=["images"],
        output_names=["output0"],
        dynamic_axes={"images": {0: "batch"}, "output0": {0: "batch"}},
    )


def describe(target):
    """Needs onnx, which need not be the Python that trains."""
    import onnx

    model = onnx.load(str(target))
    entries = {
        "names": str(dict(enumerate(LABELS))),
        "stride": "32",
        "imgsz": json.dumps([HEIGHT, WIDTH]),
        "task": "detect",
        "batch": "1",
        "author": "Penstock",
        "license": "Apache-2.0",
        "description": "Detector of the synthetic street",
    }
    del model.metadata_props[:]
    for key, value in entries.items():
        model.metadata_props.add(key=key, value=value)
    answer = model.graph.output[0].type.tensor_type.shape.dim
    answer[1].dim_value, answer[2].dim_value = 4 + len(LABELS), sum(
        (HEIGHT // stride) * (WIDTH // stride) for stride in (8, 16, 32)
    )
    onnx.checker.check_model(model)
    onnx.save(model, str(target))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", default="runs/last.pt")
    parser.add_argument("--out", default="../../samples/street/street-detector.onnx")
    parser.add_argument("--describe-only", action="store_true", help="only write the metadata of the model at --out")
    options = parser.parse_args()
    target = pathlib.Path(options.out)
    target.parent.mkdir(parents=True, exist_ok=True)
    if not options.describe_only:
        write(options.checkpoint, target)
    try:
        describe(target)
    except ImportError:
        print("no onnx here: run again with --describe-only where requirements.txt is installed")


if __name__ == "__main__":
    main()

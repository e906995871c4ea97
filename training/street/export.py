"""Writes a checkpoint as an ONNX model whose answer has YOLOv8's layout; `describe.py` then says what it is."""

import argparse
import pathlib

import torch

from dataset import HEIGHT, WIDTH
from model import Decoded, StreetDetector

OPSET = 13


def write(checkpoint, target, width=WIDTH, height=HEIGHT):
    """Every part of the network slides over the picture, so one checkpoint serves inputs of any size."""
    detector = StreetDetector(size=(width, height))
    # The cells' places are no weights: they stay as the model made them.
    detector.load_state_dict(torch.load(checkpoint, map_location="cpu"))
    model = Decoded(detector).eval()
    torch.onnx.export(
        model,
        torch.rand(1, 3, height, width),
        str(target),
        opset_version=OPSET,
        input_names=["images"],
        output_names=["output0"],
        dynamic_axes={"images": {0: "batch"}, "output0": {0: "batch"}},
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", default="runs/last.pt")
    parser.add_argument("--out", default="../../samples/street/street-detector.onnx")
    parser.add_argument("--width", type=int, default=WIDTH, help="a multiple of 32")
    parser.add_argument("--height", type=int, default=HEIGHT, help="a multiple of 32")
    options = parser.parse_args()
    pathlib.Path(options.out).parent.mkdir(parents=True, exist_ok=True)
    write(options.checkpoint, options.out, options.width, options.height)


if __name__ == "__main__":
    main()

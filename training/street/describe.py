"""Writes into an exported model the metadata by which Penstock's `auto` knows it, and checks the model.

Apart from `export.py`, since the Python that trains need not have onnx.
"""

import argparse
import json

import onnx

from dataset import LABELS


def describe(target):
    model = onnx.load(target)
    height, width = (side.dim_value for side in model.graph.input[0].type.tensor_type.shape.dim[2:])
    entries = {
        "names": str(dict(enumerate(LABELS))),
        "stride": "32",
        "imgsz": json.dumps([height, width]),
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
    answer[1].dim_value = 4 + len(LABELS)
    answer[2].dim_value = sum((height // stride) * (width // stride) for stride in (8, 16, 32))
    onnx.checker.check_model(model)
    onnx.save(model, target)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="../../samples/street/street-detector.onnx")
    describe(parser.parse_args().model)


if __name__ == "__main__":
    main()

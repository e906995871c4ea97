"""Writes a model repository for Triton's Python backend: models that give back what they get, and a pair."""

import pathlib
import sys

TYPES = {
    "bool": "BOOL", "uint8": "UINT8", "uint16": "UINT16", "uint32": "UINT32", "uint64": "UINT64", "int8": "INT8",
    "int16": "INT16", "int32": "INT32", "int64": "INT64", "fp16": "FP16", "fp32": "FP32", "fp64": "FP64",
    "bytes": "STRING",
}

MODEL = """import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return [
            pb_utils.InferenceResponse(output_tensors=[
                pb_utils.Tensor(to, pb_utils.get_input_tensor_by_name(request, name).as_numpy())
                for name, to in {names}
                if to in request.requested_output_names()
            ])
            for request in requests
        ]
"""


def write(root, name, tensors):
    folder = root / name / "1"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.py").write_text(MODEL.replace("{names}", repr([(a, b) for a, b, _ in tensors])))
    config = [f'name: "{name}"', 'backend: "python"', "instance_group [{ kind: KIND_CPU }]"]
    for given, to, kind in tensors:
        config.append(f'input [{{ name: "{given}", data_type: TYPE_{kind}, dims: [ -1 ] }}]')
        config.append(f'output [{{ name: "{to}", data_type: TYPE_{kind}, dims: [ -1 ] }}]')
    (root / name / "config.pbtxt").write_text("\n".join(config) + "\n")


def main(folder):
    root = pathlib.Path(folder)
    for name, kind in TYPES.items():
        write(root, f"identity_{name}", [("input", "output", kind)])
    write(root, "identity_pair", [("first", "first_output", "FP32"), ("second", "second_output", "INT32")])


if __name__ == "__main__":
    main(sys.argv[1])

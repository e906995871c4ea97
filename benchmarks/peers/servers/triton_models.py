"""Models for Triton's Python backend, an instance for each core; as a program it writes their repository into a folder."""

import json
import os
import pathlib
import shutil
import sys

# The backend's stub brings its own interpreter, which knows nothing of the environment that started the server.
sys.path += [os.environ["PEERS_SITE"]] if "PEERS_SITE" in os.environ else []

try:
    import numpy as np
    import triton_python_backend_utils as pb_utils
except ImportError:  # only the repository is written, by another Python
    pb_utils = None

MODELS = {
    "tensor": ('name: "input", data_type: TYPE_FP32, dims: [1, 3, 240, 320]',
               ['name: "scores", data_type: TYPE_FP32, dims: [1, 4420, 2]',
                'name: "boxes", data_type: TYPE_FP32, dims: [1, 4420, 4]']),
    "photo": ('name: "image", data_type: TYPE_STRING, dims: [1]', ['name: "result", data_type: TYPE_STRING, dims: [1]']),
    "noop": ('name: "input", data_type: TYPE_FP32, dims: [1, 16]', ['name: "output", data_type: TYPE_FP32, dims: [1, 16]']),
}


class TritonPythonModel:
    def initialize(self, args):
        # Triton names a model's file, not its class: one class serves all three.
        self.answer = {"tensor": self.tensor, "photo": self.photo, "noop": self.noop}[args["model_name"]]
        if args["model_name"] != "noop":
            sys.path.append(str(pathlib.Path(__file__).parent))
            from faces import Faces

            self.faces = Faces()

    def tensor(self, request):
        scores, boxes = self.faces.infer(pb_utils.get_input_tensor_by_name(request, "input").as_numpy())
        return [pb_utils.Tensor("scores", scores), pb_utils.Tensor("boxes", boxes)]

    def photo(self, request):
        jpeg = pb_utils.get_input_tensor_by_name(request, "image").as_numpy()[0]
        found = json.dumps({"detections": self.faces.find(jpeg)}).encode()
        return [pb_utils.Tensor("result", np.array([found], dtype=object))]

    def noop(self, request):
        return [pb_utils.Tensor("output", pb_utils.get_input_tensor_by_name(request, "input").as_numpy())]

    def execute(self, requests):
        return [pb_utils.InferenceResponse(output_tensors=self.answer(request)) for request in requests]


def write(root, cores):
    here = pathlib.Path(__file__)
    for name, (given, outputs) in MODELS.items():
        folder = root / name / "1"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(here, folder / "model.py")
        shutil.copy(here.parent / "faces.py", folder)
        lines = [f'name: "{name}"', 'backend: "python"', f"instance_group [{{ kind: KIND_CPU, count: {cores} }}]"]
        lines.append(f"input [{{ {given} }}]")
        lines += [f"output [{{ {output} }}]" for output in outputs]
        (root / name / "config.pbtxt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]), int(sys.argv[2]))

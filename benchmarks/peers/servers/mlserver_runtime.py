"""A runtime of MLServer, parallel workers for the cores; as a program it writes the settings into a folder."""

import json
import pathlib
import shutil
import sys

try:
    from faces import Faces
    from mlserver import MLModel
    from mlserver.codecs import NumpyCodec
    from mlserver.types import InferenceResponse, ResponseOutput
except ImportError:  # only the settings are written, by another Python
    MLModel = object

MODELS = {
    "Tensor": ("tensor", "input", "FP32", [1, 3, 240, 320]),
    "Photo": ("photo", "image", "BYTES", [1]),
    "Noop": ("noop", "input", "FP32", [1, 16]),
}


class Tensor(MLModel):
    async def load(self):
        self.faces = Faces()
        return True

    async def predict(self, payload):
        scores, boxes = self.faces.infer(NumpyCodec.decode_input(payload.inputs[0]))
        outputs = [NumpyCodec.encode_output("scores", scores), NumpyCodec.encode_output("boxes", boxes)]
        return InferenceResponse(model_name=self.name, outputs=outputs)


class Photo(Tensor):
    async def predict(self, payload):
        found = json.dumps({"detections": self.faces.find(payload.inputs[0].data[0])}).encode()
        output = ResponseOutput(name="result", shape=[1], datatype="BYTES", data=[found])
        return InferenceResponse(model_name=self.name, outputs=[output])


class Noop(MLModel):
    async def load(self):
        return True

    async def predict(self, payload):
        given = payload.inputs[0]
        output = ResponseOutput(name="output", shape=given.shape, datatype=given.datatype, data=given.data)
        return InferenceResponse(model_name=self.name, outputs=[output])


def write(root, http_port, grpc_port, metrics_port, cores):
    here = pathlib.Path(__file__).parent
    for kind, (name, given, datatype, shape) in MODELS.items():
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "name": name,
            "implementation": f"mlserver_runtime.{kind}",
            "inputs": [{"name": given, "datatype": datatype, "shape": shape}],
        }
        (folder / "model-settings.json").write_text(json.dumps(settings))
    for source in ("mlserver_runtime.py", "faces.py"):
        shutil.copy(here / source, root)
    settings = {
        "host": "127.0.0.1",
        "http_port": http_port,
        "grpc_port": grpc_port,
        "metrics_port": metrics_port,
        "parallel_workers": cores,
        "debug": False,
    }
    (root / "settings.json").write_text(json.dumps(settings))


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]), *map(int, sys.argv[2:6]))

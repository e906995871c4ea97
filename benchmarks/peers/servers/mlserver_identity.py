"""A runtime of MLServer whose models give back what they get; as a program it writes their settings into a folder."""

import json
import pathlib
import shutil
import sys

TYPES = ["BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64", "BYTES"]

try:
    from mlserver import MLModel
    from mlserver.types import InferenceResponse, ResponseOutput
except ImportError:  # only the settings are written, by another Python
    MLModel = object


class Identity(MLModel):
    async def load(self):
        return True

    async def predict(self, payload):
        names = {given.name: to.name for given, to in zip(self.inputs, self.outputs)}
        wanted = [output.name for output in payload.outputs or self.outputs]
        return InferenceResponse(
            model_name=self.name,
            outputs=[
                ResponseOutput(name=names[i.name], shape=i.shape, datatype=i.datatype, data=i.data, parameters=i.parameters)
                for i in payload.inputs
                if names.get(i.name) in wanted
            ],
        )


def write(root, name, tensors):
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(__file__, root / "mlserver_identity.py")
    side = lambda at: [{"name": t[at], "datatype": t[2], "shape": [-1]} for t in tensors]
    settings = {"name": name, "implementation": "mlserver_identity.Identity", "inputs": side(0), "outputs": side(1),
                "parameters": {"version": "1"}}
    (folder / "model-settings.json").write_text(json.dumps(settings))


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    for kind in TYPES:
        write(target, f"identity_{kind.lower()}", [("input", "output", kind)])
    write(target, "identity_pair", [("first", "first_output", "FP32"), ("second", "second_output", "INT32")])
    (target / "settings.json").write_text(json.dumps({"http_port": int(sys.argv[2]), "grpc_port": int(sys.argv[3]),
                                                      "parallel_workers": 0, "metrics_port": int(sys.argv[3]) + 1}))

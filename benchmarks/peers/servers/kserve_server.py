"""KServe's Python server: binary tensors of the V2 protocol over REST, a process for each core."""

import argparse
import base64
import json
import uuid

import numpy as np
from faces import Faces
from kserve import InferOutput, InferResponse, Model, ModelServer, model_server


def answer(model, request, **arrays):
    outputs = []
    for name, (datatype, array) in arrays.items():
        output = InferOutput(name=name, shape=list(array.shape), datatype=datatype)
        output.set_data_from_numpy(array, binary_data=request.use_binary_outputs)
        outputs.append(output)
    return InferResponse(
        response_id=request.id or str(uuid.uuid4()),
        model_name=model.name,
        infer_outputs=outputs,
        use_binary_outputs=request.use_binary_outputs,
    )


class Tensor(Model):
    def load(self):
        self.faces = Faces()
        self.ready = True
        return True

    def predict(self, payload, headers=None, response_headers=None):
        scores, boxes = self.faces.infer(payload.inputs[0].as_numpy())
        return answer(self, payload, scores=("FP32", scores), boxes=("FP32", boxes))


class Photo(Tensor):
    def predict(self, payload, headers=None, response_headers=None):
        jpeg = base64.b64decode(payload.inputs[0].as_numpy()[0])
        found = json.dumps({"detections": self.faces.find(jpeg)}).encode()
        return answer(self, payload, result=("BYTES", np.array([found], dtype=object)))


class Noop(Model):
    def load(self):
        self.ready = True
        return True

    def predict(self, payload, headers=None, response_headers=None):
        return answer(self, payload, output=("FP32", payload.inputs[0].as_numpy()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(parents=[model_server.parser])
    arguments, _ = parser.parse_known_args()
    served = [Tensor("tensor"), Photo("photo"), Noop("noop")]
    for model in served:
        model.load()
    ModelServer(
        http_port=arguments.http_port,
        workers=arguments.workers,
        enable_grpc=False,
        enable_latency_logging=False,
    ).start(served)

"""KServe's Python server with models that give back what they get."""

import argparse
import uuid

from kserve import InferOutput, InferResponse, Model, ModelServer, model_server

TYPES = ["BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64", "BYTES"]


class Identity(Model):
    def __init__(self, name, tensors):
        super().__init__(name)
        self.tensors = tensors
        self.ready = True

    async def get_input_types(self):
        return [{"name": given, "datatype": kind, "shape": [-1]} for given, _, kind in self.tensors]

    async def get_output_types(self):
        return [{"name": to, "datatype": kind, "shape": [-1]} for _, to, kind in self.tensors]

    def predict(self, payload, headers=None, response_headers=None):
        outputs = []
        for given, to, kind in self.tensors:
            tensor = next(tensor for tensor in payload.inputs if tensor.name == given)
            output = InferOutput(name=to, shape=list(tensor.shape), datatype=kind)
            output.set_data_from_numpy(tensor.as_numpy(), binary_data=False)
            outputs.append(output)
        return InferResponse(response_id=payload.id or str(uuid.uuid4()), model_name=self.name, infer_outputs=outputs)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(parents=[model_server.parser])
    arguments, _ = parser.parse_known_args()
    served = [Identity(f"identity_{kind.lower()}", [("input", "output", kind)]) for kind in TYPES]
    served.append(Identity("identity_pair", [("first", "first_output", "FP32"), ("second", "second_output", "INT32")]))
    ModelServer(http_port=arguments.http_port, grpc_port=arguments.grpc_port, workers=1).start(served)

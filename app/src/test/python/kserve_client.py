"""KServe's own Python clients, V1 and V2, REST and gRPC, against a running server.

    kserve_client.py HOST:PORT     a server with the models "echo" (FP32 "in" to "out") and "rows" (FP32 [-1,2])
"""

import asyncio
import sys

import numpy
from kserve import InferInput, InferRequest, InferenceGRPCClient, InferenceRESTClient, RESTConfig

VALUES = numpy.array([0.25, -3.0, 7.5], dtype=numpy.float32)


def request(binary):
    tensor = InferInput("in", [len(VALUES)], "FP32")
    tensor.set_data_from_numpy(VALUES, binary_data=binary)
    return InferRequest("echo", [tensor], request_id="r7")


def check(answer):
    assert answer.id == "r7", answer.id
    assert numpy.array_equal(answer.outputs[0].as_numpy(), VALUES), answer.outputs[0]


async def main(address):
    url = "http://" + address
    v2 = InferenceRESTClient(RESTConfig(protocol="v2"))
    assert await v2.is_server_live(url)
    assert await v2.is_server_ready(url)
    assert await v2.is_model_ready(url, "echo")
    for binary in (False, True):
        check(await v2.infer(url, request(binary), model_name="echo"))

    v1 = InferenceRESTClient(RESTConfig(protocol="v1"))
    assert await v1.is_model_ready(url, "rows")
    answer = await v1.infer(url, {"instances": [[1, 2], [3, 4.5]]}, model_name="rows")
    assert answer == {"predictions": [[1.0, 2.0], [3.0, 4.5]]}, answer

    async with InferenceGRPCClient(address) as grpc:
        assert await grpc.is_server_live()
        assert await grpc.is_server_ready()
        assert await grpc.is_model_ready("echo")
        for binary in (False, True):
            check(await grpc.infer(request(binary)))
    print("KServe's clients are served")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

"""Asks a running street sample as Triton's own client does, over HTTP and gRPC, and compares the answers."""

import sys

import numpy
import tritonclient.grpc
import tritonclient.http

MODEL = "street-detector"


def ask(module, address, picture):
    client = module.InferenceServerClient(address)
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready(MODEL)

    tensor = numpy.random.default_rng(1).random((2, 3, 256, 416), dtype=numpy.float32)
    images = module.InferInput("images", list(tensor.shape), "FP32")
    images.set_data_from_numpy(tensor)
    raw = client.infer(MODEL, [images], request_id="r1")
    assert raw.get_response() is not None

    image = module.InferInput("image", [1], "BYTES")
    image.set_data_from_numpy(numpy.array([picture], dtype=numpy.object_))
    found = client.infer("street", [image])
    labels = [label.decode() for label in found.as_numpy("labels")]
    return raw.as_numpy("output0"), found.as_numpy("boxes"), labels


def refused(module, address):
    client = module.InferenceServerClient(address)
    wrong = module.InferInput("images", [1, 3, 8, 8], "FP32")
    wrong.set_data_from_numpy(numpy.zeros((1, 3, 8, 8), dtype=numpy.float32))
    try:
        client.infer(MODEL, [wrong])
    except Exception as error:  # each module has a class of its own
        return str(error)
    raise AssertionError("a tensor of the wrong shape was taken")


def main(address, picture_file):
    with open(picture_file, "rb") as file:
        picture = file.read()
    over_http = ask(tritonclient.http, address, picture)
    over_grpc = ask(tritonclient.grpc, address, picture)
    assert over_http[0].shape == (2, 10, 2184), over_http[0].shape
    assert numpy.array_equal(over_http[0], over_grpc[0])
    assert numpy.array_equal(over_http[1], over_grpc[1])
    assert over_http[2] == over_grpc[2] and "traffic light" in over_http[2], over_http[2]
    for module in (tritonclient.http, tritonclient.grpc):
        assert "images" in refused(module, address)
    print("same answers over HTTP and gRPC:", ", ".join(over_http[2]))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

"""What is sent to each server for each workload, and how its answer is read. Files lie in a folder made by prepare.py."""

import dataclasses
import json
import pathlib
import urllib.request

import numpy as np

WORKLOADS = ("tensor", "photo", "noop")
OUTPUTS = {"scores": (1, 4420, 2), "boxes": (1, 4420, 4)}
FORM = ("content-type: multipart/form-data; boundary=peers",)


@dataclasses.dataclass(frozen=True)
class Call:
    """A POST of a file to a path; with grpc the file is the first input's elements, and the path the model's name."""

    path: str
    file: str
    headers: tuple = ()
    grpc: bool = False


def v2(model, file):
    """A body whose JSON part's length stands in a file beside it."""
    return Call(f"/v2/models/{model}/infer", file, (f"inference-header-content-length: @{file}.json-bytes",))


def v2_calls(tensor_model):
    return {
        "tensor": v2(tensor_model, "v2-tensor.bin"),
        "photo": v2("photo", "v2-photo.bin"),
        "noop": Call("/v2/models/noop/infer", "v2-noop.json"),
    }


CALLS = {
    "penstock": {
        **v2_calls("ultraface-rfb-320"),
        "photo": Call("/pipelines/ultraface-rfb-320", "photo.jpg"),
    },
    "penstock-grpc": {"tensor": Call("ultraface-rfb-320", "tensor.npy", grpc=True)},
    "fastapi": {
        "tensor": Call("/tensor", "tensor.bin"),
        "photo": Call("/photo", "photo.jpg"),
        "noop": Call("/noop", "noop.json"),
    },
    "litserve": {
        "tensor": Call("/tensor", "form-tensor.bin", FORM),
        "photo": Call("/photo", "form-photo.bin", FORM),
        "noop": Call("/noop", "noop.json"),
    },
    "mlserver": {
        "tensor": Call("tensor", "tensor.npy", grpc=True),
        "photo": Call("photo", "photo.jpg", grpc=True),
        "noop": Call("/v2/models/noop/infer", "v2-noop.json"),
    },
    "kserve": {**v2_calls("tensor"), "photo": v2("photo", "v2-photo-base64.bin")},
    "triton": v2_calls("tensor"),
}


def headers(call, folder):
    return [
        line.replace(f"@{call.file}.json-bytes", (folder / f"{call.file}.json-bytes").read_text())
        if "@" in line
        else line
        for line in call.headers
    ]


def answer(call, workload, folder, port, grpc_port):
    """What the server says: a dictionary of arrays, or of detections."""
    body = (folder / call.file).read_bytes()
    if call.grpc:
        return asked_by_grpc(call, workload, folder, grpc_port)
    request = urllib.request.Request(f"http://127.0.0.1:{port}{call.path}", body)
    kind = {".jpg": "image/jpeg", ".json": "application/json"}.get(pathlib.Path(call.file).suffix, "application/octet-stream")
    request.add_header("content-type", kind)
    for line in headers(call, folder):
        request.add_header(*line.split(": ", 1))
    with urllib.request.urlopen(request, timeout=30) as response:
        return read(workload, response.read(), response.headers.get("inference-header-content-length"))


def read(workload, body, json_bytes):
    if json_bytes:
        head, rest = json.loads(body[: int(json_bytes)]), body[int(json_bytes) :]
        arrays = {}
        for output in head["outputs"]:
            size = output["parameters"]["binary_data_size"]
            arrays[output["name"]] = element(output, rest[:size])
            rest = rest[size:]
        return arrays if workload != "photo" else json.loads(arrays["result"])
    if workload == "tensor":
        split = 4 * int(np.prod(OUTPUTS["scores"]))
        return {
            "scores": np.frombuffer(body[:split], np.float32).reshape(OUTPUTS["scores"]),
            "boxes": np.frombuffer(body[split:], np.float32).reshape(OUTPUTS["boxes"]),
        }
    said = json.loads(body)
    if workload == "noop":
        return {"output": np.array(said["data"] if "data" in said else said["outputs"][0]["data"], np.float32).ravel()}
    return said


def element(output, raw):
    if output["datatype"] == "BYTES":
        return raw[4:]
    return np.frombuffer(raw, np.float32).reshape(output["shape"])


def asked_by_grpc(call, workload, folder, port):
    import tritonclient.grpc as grpc

    client = grpc.InferenceServerClient(f"127.0.0.1:{port}")
    if workload == "photo":
        given = grpc.InferInput("image", [1], "BYTES")
        given.set_data_from_numpy(np.array([(folder / call.file).read_bytes()], dtype=object))
        return json.loads(client.infer(call.path, [given]).as_numpy("result")[0])
    array = np.load(folder / call.file)
    given = grpc.InferInput("input", list(array.shape), "FP32")
    given.set_data_from_numpy(array)
    result = client.infer(call.path, [given])
    return {name: result.as_numpy(name).reshape(shape) for name, shape in OUTPUTS.items()}

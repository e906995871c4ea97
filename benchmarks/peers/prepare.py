"""Writes what is sent and what must come back: prepare.py PHOTO.jpg FOLDER, with the model's path in PEERS_MODEL."""

import base64
import json
import pathlib
import shutil
import sys

import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper

sys.path.append(str(pathlib.Path(__file__).parent / "servers"))
from faces import HEIGHT, WIDTH, Faces

SMALL = np.arange(16, dtype=np.float32).reshape(1, 16) / 8


def v2_body(folder, name, given, datatype, shape, raw):
    head = json.dumps(
        {
            "parameters": {"binary_data_output": True},
            "inputs": [
                {"name": given, "datatype": datatype, "shape": shape, "parameters": {"binary_data_size": len(raw)}}
            ],
        },
        separators=(",", ":"),
    ).encode()
    (folder / name).write_bytes(head + raw)
    (folder / f"{name}.json-bytes").write_text(str(len(head)))


def form(folder, name, raw):
    head = b'--peers\r\nContent-Disposition: form-data; name="content"; filename="content"\r\n\r\n'
    (folder / name).write_bytes(head + raw + b"\r\n--peers--\r\n")


def identity(path):
    node = helper.make_node("Identity", ["input"], ["output"])
    sides = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 16]) for name in ("input", "output")]
    graph = helper.make_graph([node], "noop", sides[:1], sides[1:])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def main(photo, folder):
    folder.mkdir(parents=True, exist_ok=True)
    jpeg = photo.read_bytes()
    shutil.copyfile(photo, folder / "photo.jpg")
    small = cv2.resize(cv2.imread(str(photo)), (WIDTH, HEIGHT))
    tensor = cv2.dnn.blobFromImage(small, 1 / 128, mean=(127, 127, 127), swapRB=True)
    np.save(folder / "tensor.npy", tensor)
    (folder / "tensor.bin").write_bytes(tensor.tobytes())
    form(folder, "form-tensor.bin", tensor.tobytes())
    form(folder, "form-photo.bin", jpeg)
    v2_body(folder, "v2-tensor.bin", "input", "FP32", list(tensor.shape), tensor.tobytes())
    v2_body(folder, "v2-photo.bin", "image", "BYTES", [1], len(jpeg).to_bytes(4, "little") + jpeg)
    # KServe's server reads every BYTES element as UTF-8; of a UINT8 tensor it makes a list of numbers, which costs more.
    text = base64.b64encode(jpeg)
    v2_body(folder, "v2-photo-base64.bin", "image", "BYTES", [1], len(text).to_bytes(4, "little") + text)
    flat = SMALL.ravel().tolist()
    (folder / "noop.json").write_text(json.dumps({"data": flat}))
    given = {"name": "input", "datatype": "FP32", "shape": [1, 16], "data": flat}
    (folder / "v2-noop.json").write_text(json.dumps({"inputs": [given]}))
    identity(folder / "noop.onnx")
    faces = Faces()
    scores, boxes = faces.infer(tensor)
    np.savez(folder / "expected.npz", scores=scores, boxes=boxes, output=SMALL.ravel())
    (folder / "expected.json").write_text(json.dumps({"detections": faces.find(jpeg)}))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))

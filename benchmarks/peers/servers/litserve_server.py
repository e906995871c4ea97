"""LitServe: files come as multipart forms, its own way for bytes; a worker process for each core."""

import sys

import litserve
import numpy as np
from faces import HEIGHT, WIDTH, Faces
from fastapi import Request, Response


class Tensor(litserve.LitAPI):
    def setup(self, device):
        self.faces = Faces()

    def decode_request(self, request: Request):
        return np.frombuffer(request["content"].file.read(), np.float32).reshape(1, 3, HEIGHT, WIDTH)

    def predict(self, tensor):
        return self.faces.infer(tensor)

    def encode_response(self, output):
        scores, boxes = output
        return Response(scores.tobytes() + boxes.tobytes(), media_type="application/octet-stream")


class Photo(litserve.LitAPI):
    def setup(self, device):
        self.faces = Faces()

    def decode_request(self, request: Request):
        return request["content"].file.read()

    def predict(self, jpeg):
        return {"detections": self.faces.find(jpeg)}


class Noop(litserve.LitAPI):
    def setup(self, device):
        pass

    def predict(self, request):
        return request


if __name__ == "__main__":
    served = [Tensor(api_path="/tensor"), Photo(api_path="/photo"), Noop(api_path="/noop")]
    cores = int(sys.argv[2])
    server = litserve.LitServer(served, accelerator="cpu", workers_per_device=cores, fast_queue=True)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), num_api_servers=cores, generate_client_file=False, log_level="warning")

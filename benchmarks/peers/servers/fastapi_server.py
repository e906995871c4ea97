"""FastAPI: bytes in, bytes out. Inference goes to the thread pool, as FastAPI's own documentation asks for blocking work."""

import numpy as np
from faces import HEIGHT, WIDTH, Faces
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

app = FastAPI()
faces = Faces()


class Numbers(BaseModel):
    data: list[float]


def infer(body):
    scores, boxes = faces.infer(np.frombuffer(body, np.float32).reshape(1, 3, HEIGHT, WIDTH))
    return scores.tobytes() + boxes.tobytes()


@app.get("/ready")
async def ready():
    return "ready"


@app.post("/tensor")
async def tensor(request: Request):
    return Response(await run_in_threadpool(infer, await request.body()), media_type="application/octet-stream")


@app.post("/photo")
async def photo(request: Request):
    return {"detections": await run_in_threadpool(faces.find, await request.body())}


@app.post("/noop")
async def noop(numbers: Numbers) -> Numbers:
    return numbers

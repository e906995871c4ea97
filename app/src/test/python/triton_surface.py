"""Every call of the unmodified tritonclient against one server that has the model "echo" (FP32 "in" to "out").

    triton_surface.py HTTP_ADDRESS GRPC_ADDRESS             compares with triton_surface.json, exits 1 where it differs
    triton_surface.py HTTP_ADDRESS GRPC_ADDRESS --write     writes that file: done once, from a real Triton 2.51.0

What is compared is what a program can act on: values, shapes, statuses. Sentences are each server's own.
"""

import asyncio
import inspect
import json
import os
import pathlib
import queue
import sys

import numpy
import tritonclient.grpc
import tritonclient.grpc.aio
import tritonclient.http
import tritonclient.http.aio
from tritonclient.utils import InferenceServerException
from tritonclient.utils import shared_memory

MODEL = "echo"
VALUES = numpy.array([0.25, -3.0, 7.5], dtype=numpy.float32)
GOLDEN = pathlib.Path(__file__).with_name("triton_surface.json")

# Where we differ on purpose; docs/protocols.md says why.
DIFFERENT = {
    "trace level without a file": "our traces go to the log and need no file",
    "cuda status": "CUDA shared memory is not served, and says so",
    "duplicate outputs": "an output asked for twice is a mistake of the caller",
    "load of nobody": "404 rather than Triton's 500",
    "trace of nobody": "404 rather than Triton's 400",
    "strict stream": "the stream ends with the status, as Triton's documentation has it",
}


def status(error):
    """HTTP and gRPC name statuses differently; the class of failure is what counts."""
    return "error " + str(error.status() or "in the stream").replace("StatusCode.", "")


def plain(value):
    if isinstance(value, bytes):
        return value.decode()
    return value if isinstance(value, str) else float(value)


class Surface:
    def __init__(self, module, client, grpc):
        self.module, self.client, self.grpc = module, client, grpc

    async def call(self, name, *args, **kwargs):
        answer = getattr(self.client, name)(*args, **kwargs)
        return await answer if inspect.isawaitable(answer) else answer

    def json(self):
        return {"as_json": True} if self.grpc else {}

    def input(self, binary=True):
        tensor = self.module.InferInput("in", [len(VALUES)], "FP32")
        if self.grpc:
            tensor.set_data_from_numpy(VALUES)
        else:
            tensor.set_data_from_numpy(VALUES, binary_data=binary)
        return tensor

    def output(self, binary=True, **kwargs):
        if not self.grpc:
            kwargs["binary_data"] = binary
        return self.module.InferRequestedOutput("out", **kwargs)

    async def infer(self, inputs, **kwargs):
        result = await self.call("infer", MODEL, inputs, **kwargs)
        array = result.as_numpy("out")
        head = result.get_response()
        identity = head.id if self.grpc else head.get("id", "")
        values = None if array is None else [plain(v) for v in array]
        return [identity, values]

    async def metadata(self):
        found = await self.call("get_model_metadata", MODEL, **self.json())
        return [
            found["name"],
            found["versions"],
            [[t["name"], t["datatype"], [int(d) for d in t["shape"]]] for t in found["inputs"] + found["outputs"]],
        ]

    async def config(self):
        found = await self.call("get_model_config", MODEL, **self.json())
        found = found.get("config", found)
        tensors = found["input"] + found["output"]
        return [found["name"], [[t["name"], t["data_type"], [int(d) for d in t["dims"]]] for t in tensors]]

    async def counts(self):
        found = await self.call("get_inference_statistics", MODEL, **self.json())
        stats = found["model_stats"][0]
        phases = stats["inference_stats"]
        counted = {name: int(phases[name].get("count", 0)) for name in ("success", "queue", "compute_infer")}
        counted["fields"] = sorted(phases)
        counted["executions"] = int(stats.get("execution_count", 0))
        counted["batches"] = sum(int(b["compute_infer"]["count"]) for b in stats.get("batch_stats", []))
        return counted

    async def added(self):
        before = await self.counts()
        for _ in range(3):
            await self.infer([self.input()])
        after = await self.counts()
        return {k: after[k] if k == "fields" else after[k] - before[k] for k in after}

    async def settings(self, name, *args, **kwargs):
        found = await self.call(name, *args, **kwargs, **self.json())
        if self.grpc:
            found = {k: v.get("value", v) for k, v in found["settings"].items()}
            found = {k: list(v.values())[0] if isinstance(v, dict) and v else v for k, v in found.items()}
        return {k: v[0] if isinstance(v, list) and k != "trace_level" else v for k, v in sorted(found.items())}

    async def shared(self):
        key, size = "/penstock-surface-%d" % os.getpid(), VALUES.nbytes
        region = shared_memory.create_shared_memory_region("mine", key, 2 * size)
        try:
            shared_memory.set_shared_memory_region(region, [VALUES])
            await self.call("register_system_shared_memory", "mine", key, 2 * size)
            tensor = self.module.InferInput("in", [len(VALUES)], "FP32")
            tensor.set_shared_memory("mine", size)
            output = self.output()
            output.set_shared_memory("mine", size, offset=size)
            await self.call("infer", MODEL, [tensor], outputs=[output])
            written = shared_memory.get_contents_as_numpy(region, numpy.float32, [len(VALUES)], offset=size)
            values = [float(v) for v in written]
            await self.call("get_system_shared_memory_status", "mine")
            await self.call("unregister_system_shared_memory", "mine")
            await self.call("unregister_system_shared_memory")
            return values
        finally:
            shared_memory.destroy_shared_memory_region(region)

    def calls(self):
        bad = self.module.InferRequestedOutput("nope")
        yield "live", lambda: self.call("is_server_live")
        yield "ready", lambda: self.call("is_server_ready")
        yield "model ready", lambda: self.call("is_model_ready", MODEL)
        yield "nobody ready", lambda: self.call("is_model_ready", "nobody")
        yield "version 7 ready", lambda: self.call("is_model_ready", MODEL, "7")
        yield "metadata", self.metadata
        yield "metadata of nobody", lambda: self.call("get_model_metadata", "nobody")
        yield "config", self.config
        yield "infer", lambda: self.infer([self.input()], request_id="r7")
        yield "infer without id", lambda: self.infer([self.input()], model_version="1")
        yield "infer as JSON", lambda: self.infer([self.input(False)], outputs=[self.output(False)])
        yield "infer JSON to binary", lambda: self.infer([self.input(False)], outputs=[self.output()])
        yield "classes", lambda: self.infer([self.input()], outputs=[self.output(class_count=2)])
        yield "classes as JSON", lambda: self.infer([self.input()], outputs=[self.output(False, class_count=9)])
        yield "parameters", lambda: self.infer(
            [self.input()], priority=1, timeout=20_000_000, parameters={"mine": "a", "count": 3, "flag": True}
        )
        yield "unknown output", lambda: self.infer([self.input()], outputs=[bad])
        yield "duplicate outputs", lambda: self.infer([self.input()], outputs=[self.output(), self.output()])
        yield "nobody", lambda: self.call("infer", "nobody", [self.input()])
        for algorithm in ("gzip", "deflate"):
            both = {"compression_algorithm": algorithm}
            if not self.grpc:
                both = {"request_" + k: v for k, v in both.items()} | {"response_" + k: v for k, v in both.items()}
            yield "infer in " + algorithm, lambda both=both: self.infer([self.input()], **both)
        yield "statistics", self.added
        yield "shared memory", self.shared
        yield "status of no region", lambda: self.call("get_system_shared_memory_status", "nothing")
        yield "unregister no region", lambda: self.call("unregister_system_shared_memory", "nothing")
        yield "region that is not there", lambda: self.code("register_system_shared_memory", "x", "/nothing-here", 8)
        yield "cuda status", lambda: self.code("get_cuda_shared_memory_status")
        yield "load of nobody", lambda: self.call("load_model", "nobody")
        yield "index", lambda: self.code("get_model_repository_index")
        yield "traces", lambda: self.settings("get_trace_settings")
        yield "trace rate", lambda: self.settings("update_trace_settings", settings={"trace_rate": "7"})
        yield "trace rate of a model", lambda: self.settings("update_trace_settings", MODEL, {"trace_rate": "9"})
        yield "trace rate back", lambda: self.settings("update_trace_settings", MODEL, {"trace_rate": None})
        yield "all traces back", lambda: self.settings("update_trace_settings", settings={"trace_rate": None})
        yield "trace level without a file", lambda: self.code(
            "update_trace_settings", settings={"trace_level": ["TIMESTAMPS"]}
        )
        yield "trace off", lambda: self.settings("update_trace_settings", settings={"trace_level": None})
        yield "trace of nobody", lambda: self.call("get_trace_settings", "nobody")
        yield "logs", lambda: self.settings("get_log_settings")
        yield "log change", lambda: self.settings("update_log_settings", {"log_verbose_level": 1, "log_info": False})
        yield "log back", lambda: self.settings("update_log_settings", {"log_verbose_level": 0, "log_info": True})

    async def code(self, name, *args, **kwargs):
        """Whether it succeeds is what counts."""
        try:
            await self.call(name, *args, **kwargs)
            return "ok"
        except InferenceServerException:
            return "refused"

    async def outcomes(self):
        found = {}
        for name, call in self.calls():
            try:
                found[name] = await call()
            except InferenceServerException as error:
                found[name] = status(error)
        return found


def streamed(client, strict):
    answers = queue.Queue()
    client.start_stream(
        lambda result, error: answers.put(status(error) if error else result.get_response().id),
        headers={"triton_grpc_error": "true"} if strict else None,
    )
    tensor = tritonclient.grpc.InferInput("in", [len(VALUES)], "FP32")
    tensor.set_data_from_numpy(VALUES)
    for number, model in enumerate((MODEL, "nobody") if strict else (MODEL, "nobody", MODEL)):
        client.async_stream_infer(model, [tensor], request_id=str(number), enable_empty_final_response=True)
    found = [answers.get(timeout=10) for _ in range(2 if strict else 3)]
    client.stop_stream()
    return found


async def streamed_aio(client):
    async def requests():
        tensor = tritonclient.grpc.InferInput("in", [len(VALUES)], "FP32")
        tensor.set_data_from_numpy(VALUES)
        for number in range(5):
            yield {"model_name": MODEL, "inputs": [tensor], "request_id": str(number)}

    found = []
    async for result, error in client.stream_infer(requests()):
        found.append(status(error) if error else result.get_response().id)
    return found


def later(client, grpc):
    """async_infer, as each client has it."""
    module = tritonclient.grpc if grpc else tritonclient.http
    tensor = module.InferInput("in", [len(VALUES)], "FP32")
    tensor.set_data_from_numpy(VALUES)
    if grpc:
        answers = queue.Queue()
        client.async_infer(MODEL, [tensor], callback=lambda result, error: answers.put((result, error)))
        result, error = answers.get(timeout=10)
        if error:
            return status(error)
    else:
        result = client.async_infer(MODEL, [tensor]).get_result()
    return [float(v) for v in result.as_numpy("out")]


async def everything(http, grpc):
    found = {}
    client = tritonclient.http.InferenceServerClient(http)
    found["http"] = await Surface(tritonclient.http, client, False).outcomes()
    found["http"]["async_infer"] = later(client, False)
    client.close()
    async with tritonclient.http.aio.InferenceServerClient(http) as client:
        found["http.aio"] = await Surface(tritonclient.http.aio, client, False).outcomes()
    client = tritonclient.grpc.InferenceServerClient(grpc)
    found["grpc"] = await Surface(tritonclient.grpc, client, True).outcomes()
    found["grpc"]["async_infer"] = later(client, True)
    found["grpc"]["stream"] = streamed(client, False)
    client.close()
    with tritonclient.grpc.InferenceServerClient(grpc) as client:
        found["grpc"]["strict stream"] = streamed(client, True)
    async with tritonclient.grpc.aio.InferenceServerClient(grpc) as client:
        found["grpc.aio"] = await Surface(tritonclient.grpc.aio, client, True).outcomes()
        found["grpc.aio"]["stream"] = await streamed_aio(client)
    return found


def main(http, grpc, *flags):
    found = json.loads(json.dumps(asyncio.run(everything(http, grpc))))
    if "--write" in flags:
        GOLDEN.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
        return
    wanted = json.loads(GOLDEN.read_text())
    wrong = []
    for client, outcomes in wanted.items():
        for name, outcome in outcomes.items():
            same = found[client].get(name) == outcome
            if same == (name in DIFFERENT):
                wrong.append("%s, %s: Triton %s, ours %s" % (client, name, outcome, found[client].get(name)))
    if wrong:
        sys.exit("\n".join(wrong))
    print("as Triton: %d outcomes of %d clients" % (sum(map(len, wanted.values())), len(wanted)))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Trains the street detector on what `penstock scene export` wrote; keeps a checkpoint now and then."""

import argparse
import copy
import json
import math
import pathlib
import time

import numpy as np
import torch

import score
from augment import batch
from dataset import Dataset
from loss import loss
from model import Decoded, StreetDetector


class Average:
    """Weights averaged over the last steps: what is evaluated and exported."""

    def __init__(self, model, decay=0.996):
        self.model = copy.deepcopy(model).eval()
        self.decay = decay
        self.steps = 0

    @torch.no_grad()
    def update(self, model):
        self.steps += 1
        decay = self.decay * (1 - math.exp(-self.steps / 100))
        for kept, new in zip(self.model.state_dict().values(), model.state_dict().values()):
            if kept.dtype.is_floating_point:
                kept.mul_(decay).add_(new, alpha=1 - decay)
            else:
                kept.copy_(new)


def learning_rate(progress, peak):
    """A short rise, then half a cosine."""
    warm = 0.03
    if progress < warm:
        return peak * (0.05 + 0.95 * progress / warm)
    return peak * (0.01 + 0.99 * (1 + math.cos(math.pi * (progress - warm) / (1 - warm))) / 2)


@torch.no_grad()
def validate(model, dataset, step=1):
    decoded = Decoded(model).eval()
    indices = range(0, len(dataset), step)
    found = []
    for start in range(0, len(indices), 16):
        pictures, _ = batch(dataset, indices[start : start + 16], None, augment=False)
        found += [score.suppress(answer.numpy(), lowest=0.01) for answer in decoded(pictures)]
    return score.report(found, [dataset.truth[i] for i in indices])


def optimizer_of(model, peak):
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": 0.03}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=peak)


def train(options):
    """Workers of one thread each change one shared model without locks (Niu et al., Hogwild, 2011).

    They never wait for each other, which threads of one step do, so a busy machine costs no more than its time.
    """
    torch.manual_seed(1)
    model = StreetDetector().to(memory_format=torch.channels_last)
    if options.resume:
        model.load_state_dict(torch.load(options.resume), strict=False)
    model.share_memory()
    pathlib.Path(options.runs).mkdir(parents=True, exist_ok=True)
    torch.multiprocessing.spawn(work, args=(model, options), nprocs=options.workers)


def work(rank, model, options):
    """One worker; the first one also averages, validates and keeps checkpoints."""
    torch.set_num_threads(1)
    random = np.random.default_rng(1 + rank)
    training = Dataset(options.train)
    average = Average(model) if rank == 0 else None
    optimizer = optimizer_of(model, options.rate)
    began = time.monotonic()
    sums = np.zeros(2)
    for step in range(options.steps):
        minutes = (time.monotonic() - began) / 60
        # With a limit of minutes the clock drives the schedule, so that it ends on time on a busy machine.
        progress = min(1.0, max(step / options.steps, minutes / options.minutes if options.minutes else 0))
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(progress, options.rate)
        sums += one_step(model, optimizer, training, random.integers(len(training), size=options.batch), random)
        if average:
            average.update(model)
            if step % 25 == 24:
                print(f"  {step}: {sums / 25} after {minutes:.1f} minutes", flush=True)
                sums[:] = 0
            if step % options.every == options.every - 1:
                keep(average.model, options, step)
        if progress >= 1:
            break
    if average:
        keep(average.model, options, options.steps)


def keep(model, options, step):
    runs = pathlib.Path(options.runs)
    torch.save(model.state_dict(), runs / "last.pt.part")
    (runs / "last.pt.part").replace(runs / "last.pt")
    mean, by_label = validate(model, Dataset(options.valid), options.valid_step)
    print(json.dumps({"step": step, "mAP50": mean, "perClass": by_label}), flush=True)


def one_step(model, optimizer, training, indices, random):
    pictures, truth = batch(training, indices, random)
    model.train()
    logits, boxes = model(pictures.contiguous(memory_format=torch.channels_last))
    cost, class_part, box_part = loss(logits, boxes, truth, model.points)
    optimizer.zero_grad(set_to_none=True)
    cost.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
    optimizer.step()
    return np.array([float(class_part), float(box_part)])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", default="data/train")
    parser.add_argument("--valid", default="data/valid")
    parser.add_argument("--runs", default="runs")
    parser.add_argument("--resume", help="weights to begin with")
    parser.add_argument("--steps", type=int, default=6000, help="of each worker")
    parser.add_argument("--minutes", type=float, default=0, help="end after so many minutes at the latest")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--every", type=int, default=250, help="steps from one checkpoint to the next")
    parser.add_argument("--valid-step", type=int, default=3, help="validate on each n-th picture")
    train(parser.parse_args())


if __name__ == "__main__":
    main()

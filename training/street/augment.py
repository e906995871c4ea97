"""Batches for training: pictures and truth together flipped, moved and recoloured."""

import numpy as np
import torch
import torch.nn.functional as functional

from dataset import HEIGHT, PAD, WIDTH, is_ignored

MAX_OBJECTS = 96


def _move(pictures, truths, random):
    """Scales and shifts each picture, and its truth with it."""
    count = len(truths)
    scale = random.uniform(0.8, 1.3, count).astype(np.float32)
    scale[random.random(count) < 0.5] = 1
    shift_x = random.uniform(-0.1, 0.1, count).astype(np.float32) * WIDTH * (scale != 1)
    shift_y = random.uniform(-0.1, 0.1, count).astype(np.float32) * HEIGHT * (scale != 1)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0] = torch.from_numpy(1 / scale)
    theta[:, 1, 1] = torch.from_numpy(1 / scale)
    theta[:, 0, 2] = torch.from_numpy(-shift_x / scale * 2 / WIDTH)
    theta[:, 1, 2] = torch.from_numpy(-shift_y / scale * 2 / HEIGHT)
    grid = functional.affine_grid(theta, pictures.shape, align_corners=False)
    moved = functional.grid_sample(pictures - PAD / 255, grid, align_corners=False) + PAD / 255
    results = []
    for truth, s, dx, dy in zip(truths, scale, shift_x, shift_y):
        boxes = truth[:, 1:5].copy()
        boxes[:, 0::2] = (boxes[:, 0::2] - WIDTH / 2) * s + WIDTH / 2 + dx
        boxes[:, 1::2] = (boxes[:, 1::2] - HEIGHT / 2) * s + HEIGHT / 2 + dy
        clipped = boxes.clip(0, [WIDTH, HEIGHT, WIDTH, HEIGHT])
        inside = _area(clipped) / np.maximum(_area(boxes), 1e-6)
        result = np.concatenate([truth[:, :1], clipped, truth[:, 5:] * inside[:, None]], axis=1)
        results.append(result[inside > 0.01].astype(np.float32))
    return moved, results


def _area(boxes):
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def _recolour(pictures, random):
    """Brightness, contrast, saturation, colour cast and noise."""
    count = len(pictures)

    def draw(low, high, channels=1):
        return torch.from_numpy(random.uniform(low, high, (count, channels, 1, 1)).astype(np.float32))

    grey = pictures.mean(dim=1, keepdim=True)
    pictures = grey + (pictures - grey) * draw(0.8, 1.2)
    pictures = (pictures - 0.45) * draw(0.85, 1.15) + 0.45
    pictures = pictures * draw(0.75, 1.25) * draw(0.94, 1.06, 3)
    noise = torch.randn(1, *pictures.shape[1:]) * draw(0, 0.025) * (draw(0, 1) < 0.5)
    return (pictures + noise).clamp(0, 1)


def batch(dataset, indices, random, augment=True):
    """Pictures (0 to 1) and truth padded to MAX_OBJECTS rows of class, box, ignored; class -1 is padding."""
    pictures = torch.from_numpy(np.stack([dataset.picture(i) for i in indices])).float() / 255
    truths = [dataset.truth[i] for i in indices]
    if augment:
        flipped = random.random(len(indices)) < 0.5
        pictures[flipped] = pictures[flipped].flip(3)
        truths = [_flip(truth) if flip else truth for truth, flip in zip(truths, flipped)]
        pictures, truths = _move(pictures, truths, random)
        pictures = _recolour(pictures, random)
    padded = torch.full((len(indices), MAX_OBJECTS, 6), -1.0)
    for row, truth in enumerate(truths):
        ignored = is_ignored(truth)
        order = np.argsort(ignored, kind="stable")[:MAX_OBJECTS]
        full = np.concatenate([truth[:, :5], ignored[:, None]], axis=1)[order]
        padded[row, : len(full)] = torch.from_numpy(full.astype(np.float32))
    most = max(1, int((padded[:, :, 0] >= 0).sum(dim=1).max()))
    return pictures, padded[:, :most]


def _flip(truth):
    flipped = truth.copy()
    flipped[:, 1], flipped[:, 3] = WIDTH - truth[:, 3], WIDTH - truth[:, 1]
    return flipped

"""The street detector: a small residual backbone, one top-down path, and a head without anchors at each of three strides."""

import torch
from torch import nn

from dataset import HEIGHT, LABELS, WIDTH

STRIDES = (8, 16, 32)


def convolution(inputs, outputs, kernel=3, stride=1):
    """Convolution, normalisation and ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, bias=False),
        nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    """Narrows, looks around, and adds what it found."""

    def __init__(self, channels):
        super().__init__()
        self.body = nn.Sequential(convolution(channels, channels // 2, 1), convolution(channels // 2, channels))

    def forward(self, x):
        return x + self.body(x)


def stage(inputs, outputs, blocks):
    return nn.Sequential(convolution(inputs, outputs, 3, 2), *[Residual(outputs) for _ in range(blocks)])


class Head(nn.Module):
    """What is at each cell, and how far its box reaches."""

    def __init__(self, channels):
        super().__init__()
        self.class_branch = convolution(channels, channels)
        self.box_branch = convolution(channels, channels)
        self.classes = nn.Conv2d(channels, len(LABELS), 1)
        self.boxes = nn.Conv2d(channels, 4, 1)
        nn.init.constant_(self.classes.bias, -4.6)
        nn.init.constant_(self.boxes.bias, 0.5)

    def forward(self, features):
        return self.classes(self.class_branch(features)), self.boxes(self.box_branch(features))


class StreetDetector(nn.Module):
    """Raw answers for training; `decode` turns them into boxes and probabilities."""

    def __init__(self, widths=(24, 48, 80, 112), neck=40, size=(WIDTH, HEIGHT)):
        super().__init__()
        stem, small, middle, large = widths
        # One wide step to a quarter of the size: what is smaller than a few pixels need not be found.
        self.stem = convolution(3, stem, 6, 4)
        self.small = stage(stem, small, 2)
        self.middle = stage(small, middle, 2)
        self.large = nn.Sequential(stage(middle, large, 1), Residual(large))
        self.laterals = nn.ModuleList(convolution(width, neck, 1) for width in (small, middle, large))
        # A head for each stride: one that all share would be normalised by each stride's own statistics while it trains,
        # and by a mixture of them afterwards.
        self.heads = nn.ModuleList(Head(neck) for _ in STRIDES)
        self.scales = nn.Parameter(torch.tensor([2.0, 2.0, 2.0]))
        points, strides = cells(*size)
        self.register_buffer("points", points, persistent=False)
        self.register_buffer("strides", strides, persistent=False)

    def forward(self, pictures):
        """Class logits [N, anchors, classes] and boxes [N, anchors, 4] as x1, y1, x2, y2 in network pixels."""
        small = self.small(self.stem(pictures))
        middle = self.middle(small)
        large = self.large(middle)
        large = self.laterals[2](large)
        middle = self.laterals[1](middle) + nn.functional.interpolate(large, scale_factor=2.0)
        small = self.laterals[0](small) + nn.functional.interpolate(middle, scale_factor=2.0)
        logits, reaches = [], []
        for level, features in enumerate((small, middle, large)):
            classes, reach = self.heads[level](features)
            logits.append(classes.flatten(2))
            reaches.append((nn.functional.softplus(reach) * self.scales[level]).flatten(2))
        reach = torch.cat(reaches, dim=2).transpose(1, 2) * self.strides[:, None]
        boxes = torch.cat([self.points - reach[..., :2], self.points + reach[..., 2:]], dim=2)
        return torch.cat(logits, dim=2).transpose(1, 2), boxes


class Decoded(nn.Module):
    """The detector with an answer in YOLOv8's layout: [N, 4 + classes, anchors]; cx, cy, w, h, then probabilities."""

    def __init__(self, detector):
        super().__init__()
        self.detector = detector

    def forward(self, pictures):
        logits, boxes = self.detector(pictures)
        low, high = boxes[..., :2], boxes[..., 2:]
        answer = torch.cat([(low + high) / 2, high - low, logits.sigmoid()], dim=2)
        return answer.transpose(1, 2)


def cells(width, height):
    """The centre of each cell in network pixels [anchors, 2], and its stride [anchors]."""
    points, strides = [], []
    for stride in STRIDES:
        ys, xs = torch.meshgrid(torch.arange(height // stride), torch.arange(width // stride), indexing="ij")
        points.append((torch.stack([xs, ys], dim=2).reshape(-1, 2) + 0.5) * stride)
        strides.append(torch.full((len(points[-1]),), float(stride)))
    return torch.cat(points), torch.cat(strides)

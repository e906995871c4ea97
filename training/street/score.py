"""Average precision at IoU 0.5, as COCO counts it (101 points), with regions to ignore; and the boxes to score."""

import numpy as np

from dataset import LABELS, is_ignored

NMS_IOU = 0.65
MAX_BOXES = 300


def iou_matrix(a, b):
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = (high - low).clip(0).prod(axis=2)
    areas = [(c[:, 2:] - c[:, :2]).clip(0).prod(axis=1) for c in (a, b)]
    return shared / np.maximum(areas[0][:, None] + areas[1][None] - shared, 1e-9)


def share_inside(a, b):
    """How much of each of `a` lies in each of `b`."""
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    return (high - low).clip(0).prod(axis=2) / np.maximum((a[:, 2:] - a[:, :2]).clip(0).prod(axis=1), 1e-9)[:, None]


def suppress(answer, lowest=0.001):
    """Rows of class, score, x1, y1, x2, y2 from one picture's [4 + classes, anchors], best first."""
    scores = answer[4:].max(axis=0)
    keep = np.flatnonzero(scores >= lowest)
    keep = keep[np.argsort(-scores[keep], kind="stable")][:1000]
    classes = answer[4:, keep].argmax(axis=0)
    centre, size = answer[:2, keep].T, answer[2:4, keep].T
    boxes = np.concatenate([centre - size / 2, centre + size / 2], axis=1)
    rivals = (iou_matrix(boxes, boxes) > NMS_IOU) & (classes[:, None] == classes[None])
    alive = np.ones(len(keep), bool)
    for i in range(len(keep)):
        if alive[i]:
            alive[i + 1 :] &= ~rivals[i, i + 1 :]
    rows = np.concatenate([classes[:, None], scores[keep][:, None], boxes], axis=1)
    return rows[alive][:MAX_BOXES]


def average_precision(found, truths, label, threshold=0.5):
    """AP of one class over pictures, or None where the truth has none; `found` as `suppress` gives."""
    marks, expected = [], 0
    for rows, truth in zip(found, truths):
        rows = rows[rows[:, 0] == label]
        truth = truth[truth[:, 0] == label]
        skip = is_ignored(truth)
        expected += int((~skip).sum())
        marks += _judge(rows, truth[~skip, 1:5], truth[skip, 1:5], threshold)
    if expected == 0:
        return None
    marks.sort(key=lambda mark: -mark[0])
    hits = np.cumsum([mark[1] for mark in marks])
    recall = hits / expected
    precision = hits / np.arange(1, len(hits) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(recall, np.linspace(0, 1, 101), side="left")
    return float(np.mean([precision[p] if p < len(precision) else 0 for p in places]))


def _judge(rows, wanted, ignored, threshold):
    """Score and hit of each box of one picture, those in ignored regions left out."""
    marks = []
    free = np.ones(len(wanted), bool)
    overlaps = iou_matrix(rows[:, 2:], wanted)
    ignorable = iou_matrix(rows[:, 2:], ignored).max(axis=1, initial=0) >= threshold
    ignorable |= share_inside(rows[:, 2:], ignored).max(axis=1, initial=0) >= threshold
    for row, overlap, skip in zip(rows, overlaps, ignorable):
        open_overlap = np.where(free, overlap, -1)
        best = int(open_overlap.argmax()) if len(wanted) else -1
        if best >= 0 and open_overlap[best] >= threshold:
            free[best] = False
            marks.append((row[1], 1))
        elif not skip:
            marks.append((row[1], 0))
    return marks


def report(found, truths):
    """mAP50 and AP50 by label; labels without truth are left out of the mean."""
    by_label = {name: average_precision(found, truths, i) for i, name in enumerate(LABELS)}
    known = [value for value in by_label.values() if value is not None]
    return (float(np.mean(known)) if known else 0.0), by_label

"""Which cell answers for which object, and what a wrong answer costs.

Assignment follows task alignment (Feng et al., TOOD, 2021): the cells whose class and box agree best with an object
answer for it. Boxes cost their generalised IoU (Rezatofighi et al. 2019).
"""

import torch
import torch.nn.functional as functional

TOP = 9
BOX_WEIGHT = 2.0


def overlap(a, b):
    """Area shared, and area of both together, of boxes whose leading shapes fit."""
    ax1, ay1, ax2, ay2 = a.unbind(dim=-1)
    bx1, by1, bx2, by2 = b.unbind(dim=-1)
    wide = (torch.minimum(ax2, bx2) - torch.maximum(ax1, bx1)).clamp(min=0)
    high = (torch.minimum(ay2, by2) - torch.maximum(ay1, by1)).clamp(min=0)
    shared = wide * high
    return shared, ((ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - shared).clamp(min=1e-6)


def generalised_iou(a, b):
    shared, union = overlap(a, b)
    low, high = torch.minimum(a[..., :2], b[..., :2]), torch.maximum(a[..., 2:], b[..., 2:])
    hull = (high - low).prod(dim=-1).clamp(min=1e-6)
    return shared / union - (hull - union) / hull


def contains(boxes, points):
    """[N, objects, anchors]: whether each cell's centre lies in each box."""
    x1, y1, x2, y2 = boxes[..., None].unbind(dim=2)
    x, y = points.unbind(dim=1)
    return (x > x1) & (x < x2) & (y > y1) & (y < y2)


@torch.no_grad()
def assign(logits, boxes, truth, points):
    """Class targets [N, anchors, classes], box targets [N, anchors, 4] and which channels to leave out."""
    left_out = ignored_channels(truth, points, logits)
    # What counts stands before what is ignored, see dataset.batch.
    truth = truth[:, : max(1, int((truth[..., 5] == 0).sum(dim=1).max()))]
    classes = truth[..., 0].long()
    counted = (truth[..., 0] >= 0) & (truth[..., 5] == 0)
    inside = contains(truth[..., 1:5], points)
    shared, union = overlap(truth[:, :, None, 1:5], boxes[:, None])
    iou = shared / union
    scores = logits.sigmoid().transpose(1, 2)
    scores = scores.gather(1, classes.clamp(min=0)[..., None].expand(-1, -1, scores.shape[2]))
    metric = scores.sqrt() * (iou * iou * iou).square() * (inside & counted[..., None])
    # While boxes are still poor every cell's metric is next to nothing: nearness to the middle breaks the tie.
    centre = (truth[..., 1:3] + truth[..., 3:5]) / 2
    size = (truth[..., 3:5] - truth[..., 1:3]).clamp(min=1)
    off_x = (points[:, 0] - centre[..., :1]) / size[..., :1]
    off_y = (points[:, 1] - centre[..., 1:]) / size[..., 1:]
    off = off_x * off_x + off_y * off_y
    ranking = metric + 1e-7 * (1 - off).clamp(min=0) * (inside & counted[..., None])
    best = ranking.topk(TOP, dim=2)
    chosen = torch.zeros_like(metric).scatter_(2, best.indices, (best.values > 0).to(metric.dtype)) > 0
    rivals = torch.where(chosen, iou, torch.full_like(iou, -1.0))
    owner = rivals.argmax(dim=1)
    positive = chosen.any(dim=1)
    chosen &= functional.one_hot(owner, truth.shape[1]).transpose(1, 2) > 0
    held = metric * chosen
    peak = held.amax(dim=2, keepdim=True).clamp(min=1e-9)
    quality = (held / peak * (iou * chosen).amax(dim=2, keepdim=True)).amax(dim=1)
    owned = classes.gather(1, owner)
    targets = functional.one_hot(owned.clamp(min=0), logits.shape[2]) * (quality * positive)[..., None]
    box_targets = truth[..., 1:5].gather(1, owner[..., None].expand(-1, -1, 4))
    return targets, box_targets, positive, left_out & (targets == 0)


def ignored_channels(truth, points, logits):
    """Where a cell lies in an object that is ignored, for that object's class: [N, anchors, classes]."""
    ignored = ((truth[..., 0] >= 0) & (truth[..., 5] > 0)).to(logits.dtype)
    of_class = functional.one_hot(truth[..., 0].long().clamp(min=0), logits.shape[2]) * ignored[..., None]
    return torch.einsum("nga,ngc->nac", contains(truth[..., 1:5], points).to(logits.dtype), of_class) > 0


def loss(logits, boxes, truth, points):
    """The mean cost of a batch, and its two parts."""
    targets, box_targets, positive, left_out = assign(logits, boxes, truth, points)
    weight = targets.amax(dim=2)
    total = weight.sum().clamp(min=1)
    probability = logits.sigmoid()
    # Cells that see nothing are many: the more certain of it they are, the less they weigh.
    focus = torch.where(targets > 0, torch.ones_like(targets), 0.75 * probability.detach().pow(1.5))
    cost = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none") * focus
    class_loss = (cost * ~left_out).sum() / total
    gap = 1 - generalised_iou(boxes[positive], box_targets[positive])
    box_loss = (gap * weight[positive]).sum() / total
    return class_loss + BOX_WEIGHT * box_loss, class_loss.detach(), box_loss.detach()

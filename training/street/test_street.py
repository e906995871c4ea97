"""Run with `python3 -m unittest` in this folder."""

import unittest

import numpy as np
import torch

import score
from augment import _move, batch
from dataset import HEIGHT, WIDTH, is_ignored, letterbox_size
from loss import loss
from model import Decoded, StreetDetector


class OnePicture:
    """A grey picture with one white car on it."""

    def __init__(self):
        self.truth = [np.array([[2, 100, 100, 180, 150, 1.0]], np.float32)]

    def __len__(self):
        return 1

    def picture(self, index):
        pixels = np.full((3, HEIGHT, WIDTH), 80, np.uint8)
        pixels[:, 100:150, 100:180] = 250
        return pixels


class StreetTest(unittest.TestCase):
    def test_letterbox_is_centred_and_keeps_proportions(self):
        self.assertEqual(letterbox_size(1280, 720), (416, 234, 0, 11))
        self.assertEqual(letterbox_size(720, 1280), (144, 256, 136, 0))

    def test_ignores_what_is_hidden_or_small(self):
        truth = np.array([[0, 0, 0, 20, 30, 1], [0, 0, 0, 11, 30, 1], [0, 0, 0, 20, 30, 0.4]], np.float32)
        self.assertEqual(is_ignored(truth).tolist(), [False, True, True])

    def test_truth_moves_with_the_picture(self):
        picture = OnePicture()
        pixels = torch.from_numpy(picture.picture(0))[None].float() / 255
        moved, truths = _move(pixels.repeat(8, 1, 1, 1), picture.truth * 8, np.random.default_rng(3))
        for pixels, truth in zip(moved, truths):
            ys, xs = np.nonzero(pixels[0].numpy() > 0.7)
            np.testing.assert_allclose(truth[0, 1:5], [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1], atol=1.6)

    def test_model_is_small_and_answers_in_the_layout_of_yolov8(self):
        model = StreetDetector()
        self.assertLess(sum(p.numel() for p in model.parameters()), 450_000)
        with torch.no_grad():
            answer = Decoded(model).eval()(torch.rand(2, 3, HEIGHT, WIDTH))
        self.assertEqual(tuple(answer.shape), (2, 10, 2184))
        self.assertTrue(bool((answer[:, 2:] >= 0).all()))

    def test_learns_one_picture(self):
        torch.manual_seed(0)
        model = StreetDetector()
        optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
        pictures, truth = batch(OnePicture(), [0, 0], None, augment=False)
        costs = []
        for _ in range(25):
            cost, _, _ = loss(*model(pictures), truth, model.points)
            optimizer.zero_grad()
            cost.backward()
            optimizer.step()
            costs.append(float(cost.detach()))
        self.assertLess(costs[-1], costs[0] / 2)

    def test_perfect_boxes_score_one_and_duplicates_less(self):
        truth = np.array([[1, 10, 10, 40, 50, 1], [1, 100, 10, 140, 50, 1], [1, 200, 10, 205, 50, 1]], np.float32)
        rows = np.concatenate([truth[:, :1], [[0.9], [0.8], [0.95]], truth[:, 1:5]], axis=1)
        self.assertAlmostEqual(score.average_precision([rows], [truth], 1), 1)
        twice = np.concatenate([rows, rows[:1] + [[0, -0.05, 0, 0, 0, 0]]])
        self.assertLess(score.average_precision([twice], [truth], 1), 1)
        self.assertIsNone(score.average_precision([rows], [truth], 3))


if __name__ == "__main__":
    unittest.main()

"""Pictures at the network's size and their truth, cached once."""

import pathlib

import numpy as np

LABELS = ["person", "bicycle", "car", "truck", "bus", "traffic light"]
WIDTH, HEIGHT = 416, 256
PAD = 114
MIN_VISIBILITY = 0.5
MIN_SIDE = 12


def letterbox_size(width, height):
    """Size of a picture inside the network's input, and the margins to its left and top."""
    scale = min(WIDTH / width, HEIGHT / height)
    inner = round(width * scale), round(height * scale)
    return *inner, (WIDTH - inner[0]) // 2, (HEIGHT - inner[1]) // 2


def read_labels(path):
    """Rows of class, cx, cy, w, h (0 to 1) and visibility."""
    rows = [line.split() for line in path.read_text().splitlines() if line.strip()]
    return np.array(rows, dtype=np.float32).reshape(-1, 6)


def cache(directory):
    """Writes images.npy (resized as the runtime does: bilinear, half-pixel centres) and labels.npy beside the images."""
    import torch
    from PIL import Image

    directory = pathlib.Path(directory)
    files = sorted((directory / "images").glob("*.jpg"))
    width, height, _, _ = letterbox_size(*Image.open(files[0]).size)
    images = np.lib.format.open_memmap(
        directory / "images.npy", mode="w+", dtype=np.uint8, shape=(len(files), height, width, 3)
    )
    labels = []
    for index, file in enumerate(files):
        pixels = torch.from_numpy(np.array(Image.open(file).convert("RGB"))).permute(2, 0, 1)[None].float()
        small = torch.nn.functional.interpolate(pixels, size=(height, width), mode="bilinear", align_corners=False)
        images[index] = small[0].round().byte().permute(1, 2, 0).numpy()
        rows = read_labels(directory / "labels" / (file.stem + ".txt"))
        labels.append(np.concatenate([np.full((len(rows), 1), index, np.float32), rows], axis=1))
    images.flush()
    np.save(directory / "labels.npy", np.concatenate(labels))


class Dataset:
    """Cached pictures; truth as class, x1, y1, x2, y2 in network pixels, and visibility."""

    def __init__(self, directory):
        directory = pathlib.Path(directory)
        self.images = np.load(directory / "images.npy", mmap_mode="r")
        rows = np.load(directory / "labels.npy")
        inner_height, inner_width = self.images.shape[1:3]
        self.left, self.top = (WIDTH - inner_width) // 2, (HEIGHT - inner_height) // 2
        cx, w = rows[:, 2] * inner_width + self.left, rows[:, 4] * inner_width
        cy, h = rows[:, 3] * inner_height + self.top, rows[:, 5] * inner_height
        truth = np.stack([rows[:, 1], cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2, rows[:, 6]], axis=1)
        starts = np.searchsorted(rows[:, 0], np.arange(len(self.images) + 1))
        self.truth = [truth[a:b].astype(np.float32) for a, b in zip(starts, starts[1:])]

    def __len__(self):
        return len(self.images)

    def picture(self, index):
        """The letterboxed picture, uint8 of 3 x HEIGHT x WIDTH."""
        full = np.full((HEIGHT, WIDTH, 3), PAD, np.uint8)
        inner = self.images[index]
        full[self.top : self.top + inner.shape[0], self.left : self.left + inner.shape[1]] = inner
        return np.ascontiguousarray(full.transpose(2, 0, 1))


def is_ignored(truth):
    """Which rows neither count as found nor as missed."""
    side = np.minimum(truth[:, 3] - truth[:, 1], truth[:, 4] - truth[:, 2])
    return (truth[:, 5] < MIN_VISIBILITY) | (side < MIN_SIDE)


if __name__ == "__main__":
    import sys

    for folder in sys.argv[1:]:
        cache(folder)

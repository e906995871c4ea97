"""OpenCV's way from a picture to a tensor, for OpenCvRatio: reads names of work, runs each for a second, prints CPU ms."""

import sys
import time

import cv2
import numpy as np

cv2.setNumThreads(1)
jpeg = np.fromfile(sys.argv[1], dtype=np.uint8)
bgr = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
i420 = cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420)
rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
SIZE = 640


def tensor(picture):
    height, width = picture.shape[:2]
    scale = min(SIZE / width, SIZE / height)
    inner = round(width * scale), round(height * scale)
    top, left = (SIZE - inner[1]) // 2, (SIZE - inner[0]) // 2
    small = cv2.resize(picture, inner, interpolation=cv2.INTER_LINEAR)
    padded = cv2.copyMakeBorder(
        small, top, SIZE - inner[1] - top, left, SIZE - inner[0] - left, cv2.BORDER_CONSTANT, value=(114, 114, 114)
    )
    return cv2.dnn.blobFromImage(padded, 1 / 255, swapRB=True)


WORK = {
    "jpeg": lambda: tensor(cv2.imdecode(jpeg, cv2.IMREAD_COLOR)),
    "yuv": lambda: tensor(cv2.cvtColor(i420, cv2.COLOR_YUV2BGR_I420)),
    "resize": lambda: cv2.resize(rgb, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR),
}

print("OpenCV " + cv2.__version__, flush=True)
for line in sys.stdin:
    work = WORK[line.strip()]
    until = time.perf_counter() + 1
    begin = time.process_time()
    count = 0
    while time.perf_counter() < until:
        work()
        count += 1
    print((time.process_time() - begin) * 1e3 / count, flush=True)

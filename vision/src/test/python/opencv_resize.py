"""Writes what OpenCV makes of a known picture: the fixture of OpenCvResizeTest.

pip install opencv-python-headless numpy; python3 opencv_resize.py > ../resources/io/penstock/vision/tensor/opencv-resize.txt
"""

import cv2
import numpy as np

WIDTH, HEIGHT = 61, 47
SIZES = [(20, 15), (30, 23), (61, 20), (16, 47), (61, 47), (80, 60), (90, 30), (7, 5), (1, 1)]
WAYS = {"BILINEAR": cv2.INTER_LINEAR, "AREA": cv2.INTER_AREA}


def picture():
    """Gradients with sharp edges, so that wrong weights show."""
    index = np.arange(WIDTH * HEIGHT * 3, dtype=np.int64)
    return ((index * 37 + index * index // 97) % 256).astype(np.uint8).reshape(HEIGHT, WIDTH, 3)


def main():
    print(f"# OpenCV {cv2.__version__}: way, width, height, pixels in hexadecimal")
    for way, flag in WAYS.items():
        for width, height in SIZES:
            resized = cv2.resize(picture(), (width, height), interpolation=flag)
            print(way, width, height, resized.tobytes().hex())


if __name__ == "__main__":
    main()

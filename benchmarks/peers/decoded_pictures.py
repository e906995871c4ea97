"""JPEGs as OpenCV and Pillow decode them, for DecoderDifference and for `penstock evaluate`.

decoded_pictures.py prepare IMAGES WORK
    re-saves every JPEG of IMAGES with colour at 4:2:0, 4:2:2 and 4:4:4 into WORK/420, WORK/422 and WORK/444, and writes
    what each library decodes of IMAGES and of those into WORK/asis-opencv, WORK/420-pillow and so on, as PNG.
decoded_pictures.py serve
    reads lines "opencv PATH" or "pillow PATH" and answers each with a line "WIDTH HEIGHT" and the RGB bytes.
"""

import pathlib
import sys

import cv2
import numpy as np
import PIL
from PIL import Image, features

QUALITY = 90


def opencv(path):
    # An orientation is not applied, by neither: pixels are compared as they are stored.
    bgr = cv2.imread(str(path), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)


def pillow(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


DECODERS = {"opencv": opencv, "pillow": pillow}


def prepare(images, work):
    photos = sorted(images.glob("*.jpg"))
    sets = {"asis": images}
    for number, subsampling in (("444", "4:4:4"), ("422", "4:2:2"), ("420", "4:2:0")):
        sets[number] = work / number
        sets[number].mkdir(parents=True, exist_ok=True)
        for photo in photos:
            with Image.open(photo) as image:
                image.convert("RGB").save(sets[number] / photo.name, quality=QUALITY, subsampling=subsampling)
    for name, folder in sets.items():
        for decoder, decode in DECODERS.items():
            target = work / (name + "-" + decoder)
            target.mkdir(parents=True, exist_ok=True)
            for photo in photos:
                Image.fromarray(decode(folder / photo.name)).save(target / (photo.stem + ".png"), compress_level=1)


def serve():
    turbo = features.version_feature("libjpeg_turbo")
    print(f"OpenCV {cv2.__version__}, Pillow {PIL.__version__} with libjpeg-turbo {turbo}", flush=True)
    for line in sys.stdin:
        decoder, path = line.rstrip("\n").split(" ", 1)
        rgb = DECODERS[decoder](path)
        sys.stdout.buffer.write(f"{rgb.shape[1]} {rgb.shape[0]}\n".encode())
        sys.stdout.buffer.write(np.ascontiguousarray(rgb).tobytes())
        sys.stdout.buffer.flush()


if sys.argv[1] == "prepare":
    prepare(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
else:
    serve()

"""Scores boxes by pycocotools: the folder of pictures, their YOLO labels, and boxes that `penstock evaluate` wrote."""

import json
import os
import sys

from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

images_folder, labels_folder, detections, truth_file = sys.argv[1:5]
images, annotations, classes = [], [], set()
for number, name in enumerate(sorted(os.listdir(images_folder)), start=1):
    width, height = Image.open(os.path.join(images_folder, name)).size
    images.append({"id": number, "file_name": name, "width": width, "height": height})
    labels = os.path.join(labels_folder, os.path.splitext(name)[0] + ".txt")
    for line in open(labels) if os.path.exists(labels) else ():
        if not line.strip():
            continue
        kind, x, y, w, h = line.split()
        w, h = float(w) * width, float(h) * height
        box = [float(x) * width - w / 2, float(y) * height - h / 2, w, h]
        annotations.append(
            {"id": len(annotations) + 1, "image_id": number, "category_id": int(kind), "bbox": box, "area": w * h, "iscrowd": 0}
        )
        classes.add(int(kind))
truth = {"images": images, "annotations": annotations, "categories": [{"id": c, "name": str(c)} for c in range(max(classes) + 1)]}
with open(truth_file, "w") as out:
    json.dump(truth, out)

coco = COCO(truth_file)
evaluation = COCOeval(coco, coco.loadRes(detections), "bbox")
evaluation.params.maxDets = [1, 10, 300]
evaluation.evaluate()
evaluation.accumulate()
precision = evaluation.eval["precision"][:, :, :, 0, -1]  # overlap, recall, class


def mean(values):
    return float(values[values > -1].mean())


print(json.dumps({"mAP50": mean(precision[0]), "mAP50-95": mean(precision)}))

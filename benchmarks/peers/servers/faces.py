"""UltraFace as all peers run it: OpenCV before the model, ONNX Runtime with one thread, NumPy and OpenCV behind it.

Every server has as many workers as cores, so one thread each is what suits them.
"""

import os

import cv2
import numpy as np
import onnxruntime

WIDTH, HEIGHT = 320, 240
SCORE_THRESHOLD, IOU_THRESHOLD = 0.5, 0.45


class Faces:
    def __init__(self):
        cv2.setNumThreads(1)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            os.environ["PEERS_MODEL"], options, providers=["CPUExecutionProvider"]
        )

    def __reduce__(self):
        """Sessions cannot be pickled; a worker process that is given a copy opens its own."""
        return Faces, ()

    def infer(self, tensor):
        """Scores [1,4420,2] and boxes [1,4420,4] (corners, 0..1) of a tensor [1,3,240,320]."""
        return self.session.run(["scores", "boxes"], {"input": tensor})

    def find(self, jpeg):
        """Detections of a JPEG's bytes, as Penstock's JSON has them: pixels, origin top left."""
        picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        small = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
        scores, boxes = self.infer(cv2.dnn.blobFromImage(small, 1 / 128, mean=(127, 127, 127), swapRB=True))
        kept = scores[0, :, 1] >= SCORE_THRESHOLD
        height, width = picture.shape[:2]
        corners = np.clip(boxes[0][kept], 0, 1) * [width, height, width, height]
        found = np.column_stack([corners[:, :2], corners[:, 2:] - corners[:, :2]])
        confidence = scores[0, kept, 1]
        best = cv2.dnn.NMSBoxes(found.tolist(), confidence.tolist(), SCORE_THRESHOLD, IOU_THRESHOLD)
        return [
            {
                "label": "face",
                "score": float(confidence[i]),
                "box": dict(zip(("x", "y", "width", "height"), map(float, found[i]))),
            }
            for i in np.asarray(best, dtype=int).ravel()
        ]

"""A small training to begin with: it learns a line between two clouds of points. It needs nothing but Python and Runyard.

Everything that has to do with Runyard is marked. Change what you like, and run it again:

    runyard run submit-script -e demo --source-directory runyard-demo train.py --rate 0.1
"""

import argparse
import json
import math
import random
import time
from pathlib import Path

from runyard import Run  # Runyard

parser = argparse.ArgumentParser()
parser.add_argument("--rate", type=float, default=0.02, help="learning rate")
parser.add_argument("--epochs", type=int, default=40)
args = parser.parse_args()

random.seed(7)
points = [(random.gauss(side, 1.2), random.gauss(-side, 1.2), (side + 1) / 2) for side in (-1, 1) for _ in range(300)]
weights = [0.0, 0.0, 0.0]

run = Run.get_context()  # Runyard: this run; without one, what is logged is printed
for epoch in range(1, args.epochs + 1):
    random.shuffle(points)
    loss, right = 0.0, 0
    for x, y, label in points:
        guess = 1 / (1 + math.exp(-(weights[0] * x + weights[1] * y + weights[2])))
        loss -= math.log(max(guess if label else 1 - guess, 1e-12))
        right += (guess > 0.5) == bool(label)
        step = args.rate / 100 * (label - guess)
        weights = [weights[0] + step * x, weights[1] + step * y, weights[2] + step]
    run.log("loss", loss / len(points), step=epoch)  # Runyard
    run.log("accuracy", right / len(points), step=epoch)  # Runyard
    print(f"epoch {epoch:2d}  loss {loss / len(points):.4f}  accuracy {right / len(points):.3f}", flush=True)
    time.sleep(0.25)  # a real epoch takes longer; so there is something to watch

Path("outputs").mkdir(exist_ok=True)
Path("outputs/weights.json").write_text(json.dumps(weights))  # Runyard keeps what is in outputs

"""Train a classifier of handwritten digits, and log how it goes.

Runs on its own (``python train.py``: what is logged is printed) and as a submitted run (``python submit.py``: it is kept and
shown live). The data, 1797 scanned digits of 8 × 8 pixels, comes with scikit-learn. Each training image is also shown shifted by
a pixel in four directions, and every epoch adds a little noise, so that the model has to learn shapes and not pixels.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss, precision_recall_fscore_support
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from runyard import Run

CLASSES = np.arange(10)
NOISE = 0.08
BATCH = 64


@dataclass(frozen=True)
class Data:
    """Images of shape ``(n, 64)`` with values from 0 to 1, and the digits they show."""

    train_images: np.ndarray
    train_digits: np.ndarray
    val_images: np.ndarray
    val_digits: np.ndarray


def load_data(seed: int) -> Data:
    """Split the digits 80 : 20, and add the four shifts of each training image."""
    images, digits = load_digits(return_X_y=True)
    kept, held_out, kept_digits, held_out_digits = train_test_split(
        images / 16.0, digits, test_size=0.2, stratify=digits, random_state=seed
    )
    framed = np.pad(kept.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
    shifted = [framed[:, y : y + 8, x : x + 8] for y, x in [(1, 1), (0, 1), (2, 1), (1, 0), (1, 2)]]
    return Data(np.concatenate(shifted).reshape(-1, 64), np.tile(kept_digits, 5), held_out, held_out_digits)


def make_model(name: str, learning_rate: float, seed: int) -> Any:
    """Return an untrained classifier that can learn an epoch at a time."""
    if name == "logistic":
        return SGDClassifier(loss="log_loss", learning_rate="constant", eta0=learning_rate * 10, random_state=seed)
    if name == "forest":
        return RandomForestClassifier(n_estimators=0, warm_start=True, max_depth=12, random_state=seed)
    return MLPClassifier((128, 64), learning_rate_init=learning_rate, batch_size=BATCH, random_state=seed)


def train_epoch(model: Any, data: Data, random: np.random.Generator) -> None:
    """Show the model every training image once, in a new order and with new noise; a forest grows three trees instead."""
    order = random.permutation(len(data.train_images))
    images = data.train_images[order] + random.normal(0.0, NOISE, data.train_images.shape)
    if isinstance(model, RandomForestClassifier):
        model.n_estimators += 3
        model.fit(images, data.train_digits[order])
    else:
        model.partial_fit(images, data.train_digits[order], classes=CLASSES)


def evaluate(model: Any, images: np.ndarray, digits: np.ndarray) -> tuple[float, float]:
    """Return the mean log loss and the share of right answers."""
    probabilities = model.predict_proba(images)
    return float(log_loss(digits, probabilities, labels=CLASSES)), float(accuracy_score(digits, probabilities.argmax(axis=1)))


def train(run: Any, model: Any, data: Data, epochs: int, seed: int, journal: Path) -> None:
    """Train for ``epochs``; log loss and accuracy of both halves after each, and print a line."""
    random = np.random.default_rng(seed)
    with journal.open("w", encoding="utf-8") as lines:
        for epoch in range(1, epochs + 1):
            began = time.perf_counter()
            train_epoch(model, data, random)
            train_loss, train_accuracy = evaluate(model, data.train_images, data.train_digits)
            val_loss, val_accuracy = evaluate(model, data.val_images, data.val_digits)
            run.log("train_loss", train_loss, step=epoch)
            run.log("val_loss", val_loss, step=epoch)
            run.log("train_accuracy", train_accuracy, step=epoch)
            run.log("val_accuracy", val_accuracy, step=epoch)
            run.log_row("epoch_time", epoch=epoch, seconds=round(time.perf_counter() - began, 4))
            line = f"epoch {epoch:3d}/{epochs}  loss {train_loss:.4f} | {val_loss:.4f}"
            line += f"  accuracy {train_accuracy:.4f} | {val_accuracy:.4f}"
            print(line, flush=True)
            print(line, file=lines, flush=True)


def log_results(run: Any, model: Any, data: Data) -> None:
    """Log what the trained model gets right and wrong, digit by digit."""
    found = model.predict(data.val_images)
    precision, recall, _, images = precision_recall_fscore_support(data.val_digits, found, labels=CLASSES, zero_division=0.0)
    run.log_table(
        "by_digit",
        {"digit": CLASSES.tolist(), "precision": precision.tolist(), "recall": recall.tolist(), "images": images.tolist()},
    )
    run.log_confusion_matrix(
        "confusion_matrix",
        {
            "schema_type": "confusion_matrix",
            "schema_version": "1.0.0",
            "data": {
                "class_labels": [str(digit) for digit in CLASSES],
                "matrix": confusion_matrix(data.val_digits, found, labels=CLASSES).tolist(),
            },
        },
    )
    run.log("wrong_answers", int((found != data.val_digits).sum()))
    log_mistakes(run, data, found)


def log_mistakes(run: Any, data: Data, found: np.ndarray) -> None:
    """Log a picture of up to ten wrongly read digits, where matplotlib is installed."""
    wrong = np.flatnonzero(found != data.val_digits)[:10]
    try:
        import matplotlib
    except ModuleNotFoundError:
        return
    if not len(wrong):
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, len(wrong), figsize=(1.2 * len(wrong), 1.6), squeeze=False)
    for axis, index in zip(axes[0], wrong, strict=True):
        axis.imshow(data.val_images[index].reshape(8, 8), cmap="gray_r")
        axis.set_title(f"{data.val_digits[index]} as {found[index]}", fontsize=8)
        axis.axis("off")
    run.log_image("mistakes", plot=plt)
    plt.close(figure)


def main() -> None:
    """Read the arguments, train, and leave the model in ``outputs/`` and the epochs in ``logs/``."""
    parser = argparse.ArgumentParser(description="Train a classifier of handwritten digits.")
    parser.add_argument("--model", choices=["logistic", "mlp", "forest"], default="mlp")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--lr", type=float, default=0.001, help="learning rate; a forest has none")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    if args.epochs < 1:
        parser.error("--epochs must be 1 or more")

    run = Run.get_context()
    run.tag("model", args.model)
    Path("outputs").mkdir(exist_ok=True)
    Path("logs").mkdir(exist_ok=True)

    data = load_data(args.seed)
    print(f"{args.model}: {len(data.train_images)} images to learn from, {len(data.val_images)} to check with", flush=True)
    model = make_model(args.model, args.lr, args.seed)
    with threadpool_limits(1):  # matrices this small gain nothing from more threads, and lose much on a busy machine
        train(run, model, data, args.epochs, args.seed, Path("logs/epochs.txt"))
    log_results(run, model, data)
    joblib.dump(model, "outputs/model.pkl", compress=3)
    print("The model is in outputs/model.pkl", flush=True)


if __name__ == "__main__":
    main()

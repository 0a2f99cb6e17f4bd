"""A PyTorch training loop on the processor: a small network learns the sine. Three lines have to do with Runyard."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from runyard import Run

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=60)
parser.add_argument("--lr", type=float, default=0.01)
args = parser.parse_args()

torch.manual_seed(7)
torch.set_num_threads(1)  # a network this small gains nothing from more
x = torch.linspace(-3.14, 3.14, 512).unsqueeze(1)
y = torch.sin(x)
held_out = torch.arange(0, 512, 8)
shown = torch.ones(512, dtype=torch.bool).index_fill(0, held_out, False)

model = torch.nn.Sequential(
    torch.nn.Linear(1, 32), torch.nn.Tanh(), torch.nn.Linear(32, 32), torch.nn.Tanh(), torch.nn.Linear(32, 1)
)
optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
error = torch.nn.MSELoss()

run = Run.get_context()
for epoch in range(1, args.epochs + 1):
    for batch in torch.randperm(int(shown.sum())).split(64):
        optimizer.zero_grad()
        loss = error(model(x[shown][batch]), y[shown][batch])
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        held_out_error = error(model(x[held_out]), y[held_out]).item()
    run.log("train_error", loss.item(), step=epoch)
    run.log("held_out_error", held_out_error, step=epoch)
    print(f"epoch {epoch:3d}  held-out error {held_out_error:.6f}", flush=True)

Path("outputs").mkdir(exist_ok=True)
torch.save(model.state_dict(), "outputs/model.pt")

"""Estimate pi on several processes: each throws darts of its own, and all counts are added by MPI."""

from __future__ import annotations

import random

from mpi4py import MPI

from runyard import Run

ROUNDS = 20
DARTS = 20_000

world = MPI.COMM_WORLD
rank, size = world.Get_rank(), world.Get_size()
generator = random.Random(rank)
# One process logs; the others would write the same numbers again.
run = Run.get_context() if rank == 0 else None

hits = 0
for number in range(1, ROUNDS + 1):
    hits += sum(generator.random() ** 2 + generator.random() ** 2 < 1 for _ in range(DARTS))
    total = world.reduce(hits, op=MPI.SUM, root=0)
    if run is not None:
        run.log("pi", 4 * total / (number * DARTS * size), step=number)
print(f"process {rank} of {size}: {hits} hits", flush=True)

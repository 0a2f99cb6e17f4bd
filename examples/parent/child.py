"""One child: log the number of letters, and tell the parent."""

from __future__ import annotations

import argparse

from runyard import Run

parser = argparse.ArgumentParser()
parser.add_argument("--fruit", required=True)
fruit = parser.parse_args().fruit

run = Run.get_context(allow_offline=False)
run.log("letters", len(fruit))
run.parent.log("done", fruit)
print(f"{fruit} has {len(fruit)} letters")

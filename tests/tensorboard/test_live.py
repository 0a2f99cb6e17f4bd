from __future__ import annotations

import json
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from runyard import Experiment, ScriptRunConfig
from runyard.errors import ConfigurationError, InvalidArgumentError
from runyard.tensorboard import Tensorboard

TRAIN = """
import os, time
from pathlib import Path
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

def write(step):
    out.add_event(Event(wall_time=time.time(), step=step, summary=Summary(value=[Summary.Value(tag="loss", simple_value=step)])))
    out.flush()

out = EventFileWriter("logs/first")
write(1)
go_on = Path(os.environ["GO_ON"])
while not go_on.exists():
    time.sleep(0.05)
write(2)
out.close()
"""


def steps_shown(url: str) -> list[int]:
    with urllib.request.urlopen(url + "data/plugin/scalars/tags") as answer:
        runs = json.load(answer)
    steps: list[int] = []
    for run, tags in runs.items():
        for tag in tags:
            query = urllib.parse.urlencode({"run": run, "tag": tag})
            with urllib.request.urlopen(f"{url}data/plugin/scalars/scalars?{query}") as answer:
                steps += [int(point[1]) for point in json.load(answer)]
    return steps


def wait_for(url: str, steps: list[int]) -> None:
    deadline = time.monotonic() + 120
    while (shown := steps_shown(url)) != steps:
        assert time.monotonic() < deadline, shown
        time.sleep(0.2)


def test_a_living_run_is_followed_and_a_past_one_restored(experiment: Experiment, project: Path, tmp_path: Path) -> None:
    (project / "train.py").write_text(TRAIN)
    config = ScriptRunConfig(".", "train.py")
    go_on = tmp_path / "go on"
    config.run_config.environment.environment_variables = {"GO_ON": str(go_on)}
    run = experiment.submit(config)
    board = Tensorboard([run], port=0)
    url = board.start()
    try:
        wait_for(url, [1])
        go_on.touch()
        wait_for(url, [1, 2])
    finally:
        board.stop()
    run.wait_for_completion()
    with Tensorboard(run, local_root=tmp_path / "kept", port=0) as url:
        wait_for(url, [1, 2])
    assert len(list((tmp_path / "kept" / run.id / "first").iterdir())) == 1


def test_a_port_that_is_taken_is_an_error_with_the_programs_own_words(experiment: Experiment, tmp_path: Path) -> None:
    import socket

    with experiment.start_logging(snapshot_directory=None) as run, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigurationError, match="port"):
            Tensorboard(run, port=taken.getsockname()[1]).start()


def test_no_run_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="no run"):
        Tensorboard([])

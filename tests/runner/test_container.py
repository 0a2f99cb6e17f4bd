"""The command lines that go to a container engine, with a program in its place that notes them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from runyard.domain.container import ContainerSpec
from runyard.domain.environment import PackageSpec
from runyard.errors import ComputeError
from runyard.runner.container import engine as engine_module
from runyard.runner.container.engine import ContainerEngine, find_engine
from runyard.runner.container.image import prepare_image
from runyard.runner.container.launch import Container, inner_variables
from runyard.runner.settings import RunnerSettings

NOTES = 'echo "$0 $@" >> "$(dirname "$0")/calls"\n'


def program(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{NOTES}{body}\n")
    path.chmod(0o755)


def engine_in(folder: Path, body: str, name: str = "docker") -> ContainerEngine:
    program(folder, name, body)
    return ContainerEngine(str(folder / name), {"PATH": f"{folder}:/usr/bin:/bin"})


def calls(folder: Path) -> list[str]:
    return [line.split(" ", 1)[1] for line in (folder / "calls").read_text().splitlines()]


def container(engine: ContainerEngine, tmp_path: Path, gpus: tuple[str, ...] = (), **spec: object) -> Container:
    work = tmp_path / "work"
    work.mkdir(exist_ok=True)
    settings = RunnerSettings(
        url="u", home=tmp_path / "h", workspace="w", run_id="r_1", token="t0ken", work=work, node_id="n", gpus=gpus
    )
    return Container(engine=engine, image="img:1", spec=ContainerSpec(**spec), settings=settings)  # type: ignore[arg-type]


def test_an_engine_that_does_not_answer_is_passed_over(tmp_path: Path) -> None:
    program(tmp_path, "docker", "echo Cannot connect to the daemon >&2; exit 1")
    program(tmp_path, "podman", "exit 0")
    assert find_engine({"PATH": f"{tmp_path}:/usr/bin:/bin"}).name == "podman"


def test_without_an_engine_the_error_says_what_each_said_and_what_to_do(tmp_path: Path) -> None:
    program(tmp_path, "docker", "echo Cannot connect to the daemon >&2; exit 1")
    (tmp_path / "bin").mkdir()
    for name in ("sh", "dirname"):
        (tmp_path / "bin" / name).symlink_to(f"/usr/bin/{name}")
    with pytest.raises(ComputeError, match=r"docker says: Cannot connect.*; podman is not installed.*enabled = False"):
        find_engine({"PATH": f"{tmp_path}:{tmp_path / 'bin'}"})


def test_no_value_of_a_variable_is_on_the_command_line(tmp_path: Path) -> None:
    variables = {"RUNYARD_RUN_TOKEN": "t0ken", "A": "x=y # z", "LINES": "one\ntwo"}
    box = container(engine_in(tmp_path, ""), tmp_path)
    command = box.command(["python", "train.py"], variables, tmp_path / "work" / "code")
    assert not any(value in part for part in command for value in variables.values())
    file = tmp_path / "work" / "container.env"
    assert file.read_text() == "RUNYARD_RUN_TOKEN=t0ken\nA=x=y # z\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert command[command.index("--env") + 1] == "LINES" and box.client_variables(variables)["LINES"] == "one\ntwo"


def test_the_container_has_the_runs_folders_user_network_and_arguments(tmp_path: Path) -> None:
    box = container(engine_in(tmp_path, ""), tmp_path, shm_size="1g", arguments=["--memory", "2g"])
    command = box.command(["python", "train.py"], {}, tmp_path / "work" / "code")
    work = tmp_path / "work"
    text = " ".join(command)
    assert "--name runyard-r_1 --label runyard.run=r_1" in text and "--network host" in text
    assert f"--user {os.getuid()}:{os.getgid()}" in text and f"--workdir {work}/code" in text
    assert f"--volume {work}:{work} --volume {tmp_path}/h/journal/w:{tmp_path}/h/journal/w" in text
    assert text.endswith("--shm-size 1g --memory 2g img:1 python train.py")


@pytest.mark.parametrize(
    ("name", "said"),
    [("docker", '--gpus "device=0,2"'), ("podman", "--device nvidia.com/gpu=0 --device nvidia.com/gpu=2")],
)
def test_the_container_gets_the_gpus_of_its_run(tmp_path: Path, name: str, said: str) -> None:
    box = container(engine_in(tmp_path, "", name), tmp_path, gpus=("0,2",))
    assert said in " ".join(box.command(["python"], {}, tmp_path))
    assert "CUDA_VISIBLE_DEVICES" not in inner_variables({"CUDA_VISIBLE_DEVICES": "0,2"})  # the engine counts them anew


def test_the_script_finds_the_sdk_behind_its_own_modules() -> None:
    assert inner_variables({"PYTHONPATH": "/mine"})["PYTHONPATH"].startswith("/mine:/opt/runyard/lib:/opt/runyard/lib/runyard/")


def test_an_image_that_is_there_is_not_pulled(tmp_path: Path) -> None:
    engine = engine_in(tmp_path, "echo sha256:1")
    assert prepare_image(engine, ContainerSpec(image="mine:1"), None, print, lambda: False) == "mine:1"
    assert calls(tmp_path) == ["image inspect --format {{.Id}} mine:1"]


def test_packages_are_built_into_an_image_once_for_their_content(tmp_path: Path) -> None:
    built = tmp_path / "built"
    body = f"""
case "$1" in
  build) for folder in "$@"; do :; done; cp "$folder"/* {tmp_path}/; touch {built};;
  image) case "$5" in runyard-environment*) test -e {built} ;; base:1) echo sha256:1;; esac;;
esac"""
    engine = engine_in(tmp_path, body)
    spec, packages = ContainerSpec(image="base:1"), PackageSpec(pip=["tiny==1.0"], conda=["numpy=1.26"])
    first = prepare_image(engine, spec, packages, lambda line: None, lambda: False)
    assert first.startswith("runyard-environment:")
    assert (tmp_path / "Dockerfile").read_text().startswith("FROM base:1\n")
    assert {"numpy==1.26.*", "tiny==1.0"} < set((tmp_path / "requirements.txt").read_text().splitlines())
    assert prepare_image(engine, spec, packages, lambda line: None, lambda: False) == first
    assert sum(call.startswith("build") for call in calls(tmp_path)) == 1
    other = prepare_image(engine, spec, PackageSpec(pip=["tiny==1.1"]), lambda line: None, lambda: False)
    assert other != first


def test_a_password_of_an_index_is_not_built_into_an_image(tmp_path: Path) -> None:
    engine = engine_in(tmp_path, "echo sha256:1")
    packages = PackageSpec(pip_options=["--index-url https://${RUNYARD_SECRET_1}@host/simple"])
    with pytest.raises(ComputeError, match="password"):
        prepare_image(engine, ContainerSpec(image="base:1"), packages, print, lambda: False)


def test_an_engine_that_hangs_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "ANSWER_TIMEOUT_S", 0.1)
    monkeypatch.setattr(engine_module, "REMOVE_TIMEOUT_S", 0.1)
    engine = engine_in(tmp_path, "exec sleep 60")
    with pytest.raises(ComputeError, match=r"docker image inspect has not ended within 0\.1 s"):
        prepare_image(engine, ContainerSpec(image="mine:1"), None, print, lambda: False)
    assert "docker rm --force has not ended" in str(engine.remove("x"))


def test_a_container_that_is_gone_is_removed_already(tmp_path: Path) -> None:
    assert engine_in(tmp_path, "echo Error: No such container: x >&2; exit 1").remove("x") is None
    assert engine_in(tmp_path, "echo permission denied >&2; exit 1").remove("x") == "permission denied"

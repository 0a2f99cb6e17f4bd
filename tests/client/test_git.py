from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from runyard.client.git import git_properties, uncommitted_diff, without_credentials
from runyard.domain.redaction import Redactor

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "train.py").write_text("1")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


@needs_git
def test_branch_commit_and_dirty_flag_are_found_under_both_names(repository: Path) -> None:
    found = git_properties(repository)
    commit = found["azureml.git.commit"]
    assert len(commit) == 40
    assert found == {
        "azureml.git.branch": "main",
        "azureml.git.commit": commit,
        "azureml.git.dirty": "False",
        "mlflow.source.git.branch": "main",
        "mlflow.source.git.commit": commit,
    }


@needs_git
def test_an_uncommitted_change_makes_it_dirty(repository: Path) -> None:
    (repository / "train.py").write_text("2")
    assert git_properties(repository)["azureml.git.dirty"] == "True"


@needs_git
def test_a_binary_file_in_the_diff_has_its_size_and_hash(repository: Path) -> None:
    for name in ("model .bin", "gone.bin"):
        (repository / name).write_bytes(b"\0one")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "binary")
    (repository / "model .bin").write_bytes(b"\0other")
    (repository / "gone.bin").unlink()
    (repository / "train.py").write_text("2")
    diff = uncommitted_diff(repository, Redactor([]))
    assert diff is not None
    lines = diff.decode().splitlines()
    assert "+2" in lines
    digest = hashlib.sha256(b"\0other").hexdigest()
    assert [line for line in lines if line.startswith("# ")] == [
        "# binary file gone.bin: deleted",
        f"# binary file model .bin: now 6 bytes, sha256 {digest}",
    ]


@needs_git
def test_the_address_of_the_remote_is_kept_without_its_password(repository: Path) -> None:
    git(repository, "remote", "add", "origin", "https://user:secret@git.example.org/team/project.git")
    found = git_properties(repository)
    assert found["azureml.git.repository_uri"] == "https://git.example.org/team/project.git"
    assert found["mlflow.source.git.repoURL"] == found["azureml.git.repository_uri"]


@needs_git
def test_a_folder_outside_any_work_tree_has_no_facts(tmp_path: Path) -> None:
    assert git_properties(tmp_path) == {}


@needs_git
def test_a_repository_without_a_commit_has_no_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    assert "azureml.git.commit" not in git_properties(tmp_path)


def test_a_machine_without_git_has_no_facts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_properties(tmp_path) == {}


def test_what_a_build_service_sets_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AZUREML_GIT_COMMIT", "abc")
    monkeypatch.setenv("AZUREML_GIT_BUILD_ID", "77")
    assert git_properties(tmp_path) == {
        "azureml.git.commit": "abc",
        "azureml.git.build_id": "77",
        "mlflow.source.git.commit": "abc",
    }


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://token@host/x.git", "https://host/x.git"),
        ("https://u:p@host:8443/x.git?a=1", "https://host:8443/x.git?a=1"),
        ("ssh://git@host/x.git", "ssh://git@host/x.git"),
        ("ssh://git:pw@host/x.git", "ssh://host/x.git"),
        ("git@host:team/x.git", "git@host:team/x.git"),
        ("/srv/repos/x.git", "/srv/repos/x.git"),
    ],
)
def test_passwords_and_tokens_are_cut_from_addresses(given: str, kept: str) -> None:
    assert without_credentials(given) == kept

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from runyard import Experiment, Run
from runyard.errors import ConflictError, FileNotInRunError, InvalidArgumentError, NotFoundError, SnapshotError
from runyard.sdk.metric_file import MetricFile

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def test_files_go_up_and_come_down(run: Run, project: Path) -> None:
    (project / "a.txt").write_text("a")
    run.upload_file("outputs/a.txt", "a.txt")
    run.upload_file("outputs/b.txt", io.BytesIO(b"b"))
    run.upload_file("outputs/a.txt", "a.txt")
    assert run.get_file_names() == ["outputs/a.txt", "outputs/b.txt"]
    run.download_file("outputs/a.txt")
    assert (project / "a.txt").read_text() == "a"
    run.download_file("outputs/b.txt", output_file_path="deep/er/c.txt")
    assert (project / "deep/er/c.txt").read_text() == "b"
    (project / "folder").mkdir()
    run.download_file("outputs/b.txt", project / "folder")
    assert (project / "folder" / "b.txt").read_text() == "b"


def test_a_file_of_a_run_does_not_change(run: Run, project: Path) -> None:
    (project / "a.txt").write_text("a")
    run.upload_file("a.txt", "a.txt")
    (project / "a.txt").write_text("other")
    with pytest.raises(ConflictError, match=r"a\.txt"):
        run.upload_file("a.txt", "a.txt")


def test_a_missing_file_lists_those_there_and_leaves_nothing(run: Run, project: Path) -> None:
    run.upload_file("outputs/model.pkl", io.BytesIO(b"m"))
    with pytest.raises(FileNotInRunError) as caught:
        run.download_file("outputs/modle.pkl")
    assert str(caught.value) == "File with path outputs/modle.pkl was not found,\navailable files include: outputs/model.pkl"
    assert list(project.iterdir()) == []
    with pytest.raises(InvalidArgumentError, match=r"nothing\.txt is not there"):
        run.upload_file("x", "nothing.txt")


def test_folders_keep_their_structure(run: Run, project: Path) -> None:
    for path in ("model/weights.bin", "model/meta/info.json"):
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(path)
    run.upload_folder("best", "model")
    assert run.get_file_names() == ["best/meta/info.json", "best/weights.bin"]
    run.download_files(prefix="best", output_directory="down")
    assert (project / "down/best/meta/info.json").read_text() == "model/meta/info.json"
    run.download_files(prefix="best", output_directory="flat", append_prefix=False)
    assert (project / "flat/meta/info.json").exists()
    run.download_files(prefix="best", output_paths=["x/1", "x/2"])
    assert (project / "x/2").read_text() == "model/weights.bin"
    with pytest.raises(InvalidArgumentError, match="2 files and 1 output_paths"):
        run.download_files(prefix="best", output_paths="x/1")
    with pytest.raises(InvalidArgumentError, match="The folder nowhere"):
        run.upload_folder("x", "nowhere")


def test_names_and_paths_come_in_pairs(run: Run, project: Path) -> None:
    (project / "a").write_text("a")
    records = run.upload_files(["x/a"], ["a"], return_artifacts=True)
    assert records is not None
    assert records["x/a"].size_bytes == 1
    with pytest.raises(InvalidArgumentError, match="1 names and 2 paths"):
        run.upload_files(["x"], ["a", "a"])


def test_a_snapshot_is_taken_once_and_comes_back_as_a_zip(run: Run, project: Path) -> None:
    (project / "train.py").write_text("1")
    with pytest.raises(NotFoundError, match="no snapshot"):
        run.get_snapshot_id()
    snapshot_id = run.take_snapshot(".")
    assert run.get_snapshot_id() == snapshot_id == run.get_properties()["ContentSnapshotId"]
    with pytest.raises(ConflictError, match="has a snapshot already"):
        run.take_snapshot(".")
    path = run.restore_snapshot(path="restored")
    assert Path(path).name == f"{snapshot_id}.zip"
    assert zipfile.ZipFile(path).namelist() == ["train.py"]


def test_the_folder_of_an_interactive_run_is_its_snapshot_and_the_way_out_is_named(experiment: Experiment, project: Path) -> None:
    (project / "notebook.py").write_text("1")
    run = experiment.start_logging()
    assert zipfile.ZipFile(run.restore_snapshot()).namelist() == ["notebook.py"]
    with pytest.raises(SnapshotError, match="snapshot_directory=None"):
        experiment.start_logging(snapshot_directory="nowhere")


def test_the_outputs_folder_is_uploaded_when_the_run_completes(experiment: Experiment, project: Path) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    (project / "outputs" / "sub").mkdir(parents=True)
    (project / "outputs" / "sub" / "model.pkl").write_text("m")
    assert run.get_file_names() == []
    run.complete()
    assert run.get_file_names() == ["outputs/sub/model.pkl"]
    silent = experiment.start_logging(outputs=False, snapshot_directory=None)
    silent.complete()
    assert silent.get_file_names() == []
    own = experiment.start_logging(outputs="outputs/sub", snapshot_directory=None)
    own.complete()
    assert own.get_file_names() == ["outputs/model.pkl"]


def test_inside_a_block_the_output_and_the_logs_are_kept(experiment: Experiment, project: Path) -> None:
    (project / "logs").mkdir()
    with experiment.start_logging(snapshot_directory=None) as run:
        print("epoch 1")
        (project / "logs" / "events.txt").write_text("e")
        with run.child_run() as child:
            print("of the child")
    print("afterwards")
    assert run.get_file_names() == ["logs/events.txt", "logs/user_log.txt"]
    run.download_file("logs/user_log.txt", "copy.txt")
    assert (project / "copy.txt").read_text() == "epoch 1\nof the child\n"
    child.download_file("logs/user_log.txt", "child.txt")
    assert (project / "child.txt").read_text() == "of the child\n"


def test_images_and_charts_are_files_that_metrics_name(run: Run, project: Path) -> None:
    (project / "plots").mkdir()
    (project / "plots" / "a.png").write_bytes(PNG)
    run.log_image("picture", path="plots/a.png")
    (project / "plots" / "a.png").write_bytes(PNG + b"2")
    run.log_image("picture", path="plots/a.png")
    value = {"schema_type": "confusion_matrix", "schema_version": "1.0.0", "data": {"class_labels": ["a"], "matrix": [[1]]}}
    run.log_confusion_matrix("matrix", value)
    metrics = run.get_metrics()
    start = f"aml://artifactId/ExperimentRun/dcid.{run.id}/"
    assert metrics["picture"] == [f"{start}plots/a.png", f"{start}plots/a_1.png"]
    assert metrics["matrix"].startswith(f"{start}matrix_")
    populated = run.get_metrics("matrix", populate=True)["matrix"]
    assert isinstance(populated, MetricFile)
    assert b"confusion_matrix" in populated.data
    assert Path(populated.filename).is_file()


def test_a_plot_is_drawn_as_png(run: Run) -> None:
    class Figure:
        def savefig(self, sink: io.BytesIO, format: str) -> None:
            assert format == "png"
            sink.write(PNG)

    run.log_image("Loss / epoch", plot=Figure())
    run.flush()
    names = run.get_file_names()
    assert len(names) == 1
    assert names[0].startswith("Loss _ epoch_")
    assert names[0].endswith(".png")


def test_what_is_no_image_is_refused(run: Run, project: Path) -> None:
    (project / "a.png").write_text("not an image")
    for arguments in ({}, {"path": "a.png", "plot": object()}, {"path": "a.png"}, {"path": "no.png"}, {"plot": object()}):
        with pytest.raises(InvalidArgumentError):
            run.log_image("x", **arguments)


def test_what_is_no_file_is_refused_with_what_to_use(run: Run, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match=r"is a folder. Use run.upload_folder"):
        run.upload_file("x", tmp_path)
    with pytest.raises(InvalidArgumentError, match="is an int"):
        run.upload_file("x", 5)  # type: ignore[arg-type]

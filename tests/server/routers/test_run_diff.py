"""Two runs side by side."""

from __future__ import annotations

from typing import Any

from runyard.wire.codec import to_msgpack
from runyard.wire.metric import RecordBatch, ScalarRecord


def definition(*packages: str) -> dict[str, Any]:
    conda = {"dependencies": ["python=3.11", {"pip": list(packages)}]}
    return {"environment": {"python": {"condaDependencies": conda}}}


def log(api: Any, run_id: str, **values: float) -> None:
    records = [ScalarRecord(name=name, at_us=1, value=value) for name, value in values.items()]
    body = to_msgpack(RecordBatch(writer="w", seq=0, records=list(records)))
    api.call("POST", f"/runs/{run_id}/records", content=body, headers={"content-type": "application/msgpack"})


def test_what_differs_comes_first(api: Any) -> None:
    for run_id, lr, torch, code in (("a", "0.1", "torch==1.0", b"v1"), ("b", "0.2", "torch==2.0", b"v2")):
        spec = {"script": "train.py", "arguments": ["--epochs", "3", "--lr", lr], "definition": definition("numpy", torch)}
        snapshot = api.snapshot(train__py=code, same__py=b"same", **({"new__py": b""} if run_id == "b" else {}))
        api.submit(run_id, spec=spec, snapshot_id=snapshot, properties={"azureml.git.commit": run_id}, tags={"t": "1"})
    log(api, "a", loss=1.0, accuracy=0.5, same=3)
    log(api, "b", loss=0.1, accuracy=0.6, same=3)
    diff = api.call("GET", "/runs/a/diff/b")
    names = {
        section: [(row["name"], row["differs"]) for row in diff[section]] for section in ("parameters", "environment", "metrics")
    }
    assert names["parameters"] == [("lr", True), ("epochs", False)]
    assert names["environment"] == [("torch", True), ("numpy", False), ("python", False)]
    assert names["metrics"] == [("loss", True), ("accuracy", True), ("same", False)]
    assert diff["metrics"][0]["delta"] == -0.9 and diff["git"][0]["a"] == "a" and not diff["tags"][0]["differs"]
    assert [(file["path"], file["change"]) for file in diff["files"]] == [("new.py", "added"), ("train.py", "changed")]
    assert diff["same_snapshot"] is False


def test_system_metrics_come_after_what_scripts_logged(api: Any) -> None:
    for run_id, values in (("a", {"loss": 1.0, "system/cpu_percent": 90.0}), ("b", {"loss": 0.9})):
        api.start({"id": run_id})
        log(api, run_id, **values)
    rows = api.call("GET", "/runs/a/diff/b")["metrics"]
    assert [row["name"] for row in rows if row["differs"]] == ["loss", "system/cpu_percent"]


def test_a_run_is_the_same_as_itself(api: Any) -> None:
    api.start({"id": "a", "tags": {"x": None}})
    log(api, "a", loss=float("nan"))
    diff = api.call("GET", "/runs/a/diff/a")
    assert not any(row["differs"] for section in ("overview", "tags", "metrics", "hardware") for row in diff[section])
    assert diff["same_snapshot"] is None and diff["files"] == []


def test_a_run_that_is_not_there_cannot_be_compared(api: Any) -> None:
    api.start({"id": "a"})
    assert api.refuse("GET", "/runs/a/diff/b")["status"] == 404

from __future__ import annotations

import pytest

from runyard import errors
from runyard.errors import RunyardError, error_classes, error_from_wire


def test_every_class_has_a_code_of_its_own_and_comes_back_from_it() -> None:
    classes = _all_classes(RunyardError)
    codes = [cls.code for cls in classes]
    assert len(codes) == len(set(codes))
    for cls in classes:
        rebuilt = error_from_wire(cls.code, "what happened", {"id": 7})
        assert type(rebuilt) is cls
        assert (str(rebuilt), rebuilt.details) == ("what happened", {"id": 7})


def test_every_class_says_which_status_it_has() -> None:
    for cls in _all_classes(RunyardError):
        assert 400 <= cls.status <= 599


def test_the_picture_of_the_tree_names_every_class_with_its_code_and_status() -> None:
    picture = errors.__doc__ or ""
    for cls in _all_classes(RunyardError):
        if cls is not RunyardError:
            line = next(line for line in picture.splitlines() if f" {cls.__name__} " in line)
            assert f" {cls.code} " in line
            assert f" {cls.status}" in line


def test_an_unknown_code_is_the_root_of_the_tree() -> None:
    assert type(error_from_wire("teapot", "?", {})) is RunyardError


@pytest.mark.parametrize(
    ("cls", "builtin"),
    [
        (errors.InvalidArgumentError, ValueError),
        (errors.NotFoundError, LookupError),
        (errors.TransportError, ConnectionError),
    ],
)
def test_errors_can_be_caught_as_the_builtin_that_they_resemble(cls: type[RunyardError], builtin: type[Exception]) -> None:
    assert issubclass(cls, builtin)


def test_a_failed_run_gives_its_error_under_the_known_name() -> None:
    assert errors.RunFailedError("x", error={"error": {}}).error_details == {"error": {}}


def test_subclasses_that_share_a_code_do_not_take_their_parents_place() -> None:
    from runyard.sdk.compute_target import MissingTargetError

    assert MissingTargetError.code == errors.ComputeTargetNotFoundError.code
    assert error_classes()[MissingTargetError.code] is errors.ComputeTargetNotFoundError


def _all_classes(root: type[RunyardError]) -> list[type[RunyardError]]:
    found = [root]
    for cls in root.__subclasses__():
        if cls.__module__ == errors.__name__:
            found += _all_classes(cls)
    return found

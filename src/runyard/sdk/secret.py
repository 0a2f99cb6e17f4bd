"""Takes the secrets out of what a submission stores. They travel beside it, and are never stored with the run."""

from __future__ import annotations

import json
import os
import shlex
from dataclasses import replace

from runyard.domain.redaction import COVER, Redactor, argument_secrets, secret_values
from runyard.domain.run import COVERED_FILES_VARIABLE, RunSpec
from runyard.errors import SnapshotError

REFERENCE = "RUNYARD_SECRET_{}"
REFERENCES_MAX = 500
"""They travel as environment variables, for which systems have limits."""


def _words(command: str | None) -> list[str]:
    try:
        return shlex.split(command or "")
    except ValueError:  # an open quote: the shell will say so
        return (command or "").split()


class Secrets:
    """The secrets of one submission.

    The values of sensitive variables of this process and of the run, and of sensitive options among its arguments, are known by
    value; the rest by shape.
    """

    def __init__(self, spec: RunSpec) -> None:
        known = [*secret_values(os.environ), *secret_values(spec.environment_variables)]
        self.redactor = Redactor([*known, *argument_secrets([*spec.arguments, *_words(spec.command)])])
        self._variables: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._files: list[str] = []

    @property
    def variables(self) -> dict[str, str]:
        """What the script's process gets, by name, and which files the runner is to make whole again."""
        files = {COVERED_FILES_VARIABLE: json.dumps(self._files)} if self._files else {}
        return {**self._variables, **files}

    def cover_source(self, path: str, text: bytes) -> bytes:
        """Return a file of the source folder as it may be stored: with references in place of secrets.

        Raises:
            SnapshotError: the folder holds more secrets than the runner can be given.
        """
        covered = self.redactor.replaced_bytes(text, self._reference)
        if len(self._names) > REFERENCES_MAX:
            raise SnapshotError(
                f"{path} and the files before it hold more than {REFERENCES_MAX} different secrets, such as passwords in "
                "addresses. Leave the file out with a line in .runyardignore, and have the script fetch it.",
                path=path,
            )
        if covered != text:
            self._files.append(path)
        return covered

    def hidden(self, spec: RunSpec) -> RunSpec:
        """Return ``spec`` without secrets: with stars, or with references to variables where the value is needed."""
        arguments = [self._referred(argument) for argument in spec.arguments]
        command = spec.command
        if command is not None and self.redactor.finds(command):
            command = f'eval "${self._kept(command)}"'
        packages = spec.packages
        if packages is not None:
            pip, options = map(self._referred, packages.pip), map(self._referred, packages.pip_options)
            packages = replace(packages, pip=list(pip), pip_options=list(options))
        definition = self.redactor.plain(spec.definition)
        assert isinstance(definition, dict)
        return replace(
            spec,
            arguments=arguments,
            command=command,
            packages=packages,
            environment_variables=self._hidden_variables(spec.environment_variables),
            definition=definition,
        )

    def _hidden_variables(self, variables: dict[str, str]) -> dict[str, str]:
        shown = self.redactor.plain(variables)
        assert isinstance(shown, dict)
        hidden = {name for name, value in variables.items() if shown[name] != value}
        self._variables.update({name: variables[name] for name in hidden})
        return {name: COVER if name in hidden else value for name, value in variables.items()}

    def _referred(self, text: str) -> str:
        return self.redactor.replaced(text, self._reference)

    def _reference(self, secret: str) -> str:
        return f"${{{self._kept(secret)}}}"

    def _kept(self, value: str) -> str:
        if value not in self._names:
            self._names[value] = REFERENCE.format(len(self._names) + 1)
            self._variables[self._names[value]] = value
        return self._names[value]

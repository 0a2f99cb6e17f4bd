"""Takes the secrets out of what a submission stores. They travel beside it, and are never stored with the run."""

from __future__ import annotations

import os
from dataclasses import replace

from runyard.domain.redaction import COVER, Redactor, secret_values
from runyard.domain.run import RunSpec

REFERENCE = "RUNYARD_SECRET_{}"


class Secrets:
    """The secrets of one submission: ``variables`` is what the script's process gets, by name.

    The values of sensitive variables of this process and of the run are known by value; the rest by shape.
    """

    def __init__(self, spec: RunSpec) -> None:
        known = [*secret_values(os.environ), *secret_values(spec.environment_variables)]
        self.redactor = Redactor(known)
        self.variables: dict[str, str] = {}

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
        self.variables.update({name: variables[name] for name in hidden})
        return {name: COVER if name in hidden else value for name, value in variables.items()}

    def _referred(self, text: str) -> str:
        return self.redactor.replaced(text, lambda secret: f"${{{self._kept(secret)}}}")

    def _kept(self, value: str) -> str:
        name = REFERENCE.format(len(self.variables) + 1)
        self.variables[name] = value
        return name

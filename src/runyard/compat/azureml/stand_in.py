"""Small things that scripts import from the Azure ML SDK and that mean nothing, or little, on Runyard."""

from __future__ import annotations

from typing import Any

from runyard.errors import NotSupportedError

DEFAULT_CPU_IMAGE = "azureml/openmpi4.1.0-ubuntu22.04"
DEFAULT_GPU_IMAGE = "azureml/openmpi4.1.0-cuda11.8-cudnn8-ubuntu22.04"


def set_diagnostics_collection(send_diagnostics: bool = True, verbosity: Any = None) -> None:
    """Do nothing: Runyard sends no diagnostics to anybody."""


class Authentication:
    """Takes the arguments of any of the SDK's sign-in classes. Runyard signs in by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The arguments have no effect."""

    def get_authentication_header(self) -> dict[str, str]:
        """Refuse: there is no Azure token.

        Raises:
            NotSupportedError: always.
        """
        raise NotSupportedError(
            "Runyard has no Azure tokens. Sign in with `runyard login`; the SDK then sends Runyard's own token by itself."
        )


class InteractiveLoginAuthentication(Authentication):
    """Accepted where a script passes ``auth=``."""


class AzureCliAuthentication(Authentication):
    """Accepted where a script passes ``auth=``."""


class MsiAuthentication(Authentication):
    """Accepted where a script passes ``auth=``."""


class ServicePrincipalAuthentication(Authentication):
    """Accepted where a script passes ``auth=``."""

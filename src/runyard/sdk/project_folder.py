"""The ``.runyard`` folder of a project: what ``runyard folder attach`` writes."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

from runyard.domain.workspace import require_workspace_name
from runyard.errors import ConfigurationError
from runyard.sdk.connection import endpoint_for
from runyard.sdk.workspace import Workspace
from runyard.sdk.workspace_config import CONFIG_FOLDER, WorkspaceConfig, write_config

LOCAL_CONFIGURATION = """\
# A run configuration for this machine, with the Python that submits. Use it with:
#   runyard run submit-script -c local -e EXPERIMENT train.py
# What stands here is a start; RunConfiguration.save() writes every key there is.
script: train.py
arguments: []
target: local
framework: Python
environment:
  name: local
  python:
    # true: run with a Python that is there. interpreterPath names it; empty, it is the one that submits.
    userManagedDependencies: true
    interpreterPath: ""
  environmentVariables: {}
history:
  # ./outputs and ./logs are uploaded while the script runs.
  outputCollection: true
  snapshotProject: true
  directoriesToWatch: [logs]
"""

SKLEARN_CONFIGURATION = """\
# A run configuration with packages of its own, built once and kept. Use it with:
#   runyard run submit-script -c sklearn -e EXPERIMENT train.py
script: train.py
arguments: []
target: local
framework: Python
environment:
  name: sklearn
  python:
    # false: a Python with the packages of this file is made where the script runs.
    userManagedDependencies: false
    condaDependenciesFile: .runyard/conda_dependencies.yml
  environmentVariables: {}
# The run is cancelled when it takes longer.
maxRunDurationSeconds: 2592000
history:
  outputCollection: true
  snapshotProject: true
  directoriesToWatch: [logs]
"""

CONDA_FILE = f"""\
# The packages that sklearn.runconfig runs with.
name: project_environment
dependencies:
  - python={sys.version_info.major}.{sys.version_info.minor}
  - pip:
      - scikit-learn
"""

SAMPLES = {
    "local.runconfig": LOCAL_CONFIGURATION,
    "sklearn.runconfig": SKLEARN_CONFIGURATION,
    "conda_dependencies.yml": CONDA_FILE,
}


def attach_folder(
    folder: Path,
    workspace_name: str,
    *,
    experiment_name: str | None = None,
    resource_group: str | None = None,
    subscription_id: str | None = None,
    profile: str | None = None,
) -> tuple[WorkspaceConfig, list[Path]]:
    """Tie a project folder to a workspace; return what its config.json says and the files that were written.

    A server elsewhere is named in it, its token never. Run configurations that are there stay as they are.

    Raises:
        ConfigurationError: the folder is not there, or cannot be written.
        NotFoundError: the server has no such workspace, and is not this machine's own.
    """
    root = folder.expanduser().absolute()
    if not root.is_dir():
        raise ConfigurationError(f"{root} is not there. Make the project folder first, or name another.", path=str(root))
    endpoint = endpoint_for(profile=profile)
    config = WorkspaceConfig(
        workspace_name=require_workspace_name(workspace_name),
        experiment_name=experiment_name,
        resource_group=resource_group,
        subscription_id=subscription_id,
        url=None if endpoint.owns_server else endpoint.url,
    )
    Workspace._from(dataclasses.replace(config, url=None), profile)  # makes it, or says that it is not there
    written = [write_config(config, root)]
    for name, text in SAMPLES.items():
        file = root / CONFIG_FOLDER / name
        if not file.exists():
            try:
                file.write_text(text, encoding="utf-8")
            except OSError as error:
                raise ConfigurationError(f"{file} cannot be written ({error.strerror}).", path=str(file)) from error
            written.append(file)
    return config, written

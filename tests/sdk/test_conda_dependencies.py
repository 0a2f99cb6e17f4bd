from __future__ import annotations

import platform
from pathlib import Path

import pytest
import yaml

from runyard.errors import ConfigurationError, InvalidArgumentError
from runyard.sdk.conda_dependencies import CondaDependencies, package_name


def test_new_dependencies_ask_for_this_python_and_nothing_else() -> None:
    made = CondaDependencies()
    assert made.conda_packages == [f"python={platform.python_version()}"]
    assert made.wanted_packages() == []


def test_packages_and_python_can_be_given_at_once() -> None:
    made = CondaDependencies.create(
        pip_packages=["azureml-defaults", "torch==2.0"], conda_packages=["numpy", "scikit-learn=1.2"], python_version="3.11"
    )
    assert made.get_python_version() == "3.11"
    assert made.conda_packages == ["python=3.11", "numpy", "scikit-learn=1.2"]
    assert made.pip_packages == ["azureml-defaults", "torch==2.0"]
    assert made.wanted_packages() == ["numpy", "scikit-learn=1.2", "torch==2.0"]


def test_another_version_takes_the_place_of_the_first() -> None:
    made = CondaDependencies()
    made.add_pip_package("numpy==1.26")
    made.add_pip_package("numpy>=2")
    made.add_conda_package("Scikit_Learn")
    made.add_conda_package("scikit-learn=1.3")
    assert made.pip_packages == ["numpy>=2"]
    assert made.conda_packages[1:] == ["scikit-learn=1.3"]
    made.remove_pip_package("numpy")
    made.remove_conda_package("scikit-learn")
    assert made.wanted_packages() == []


@pytest.mark.parametrize("package", ["", " ", None])
def test_a_package_has_a_name(package: object) -> None:
    with pytest.raises(InvalidArgumentError):
        CondaDependencies().add_pip_package(package)  # type: ignore[arg-type]


def test_a_conda_file_is_read_and_written_back(tmp_path: Path) -> None:
    document = {
        "name": "env",
        "channels": ["conda-forge"],
        "dependencies": ["python=3.11", "numpy", "pip", {"pip": ["--extra-index-url there", "torch"]}],
    }
    path = tmp_path / "conda.yml"
    path.write_text(yaml.safe_dump(document))
    made = CondaDependencies(path)
    assert (made.conda_channels, made.pip_packages, made.pip_options) == (
        ["conda-forge"],
        ["torch"],
        ["--extra-index-url there"],
    )
    assert made.as_dict() == document
    assert yaml.safe_load(Path(made.save(tmp_path)).read_text()) == document


@pytest.mark.parametrize("content", ["[1]", "dependencies: 5", "a: [", "\xff"])
def test_a_file_that_is_no_conda_specification_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "conda.yml"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(ConfigurationError, match=r"conda\.yml"):
        CondaDependencies(path)


@pytest.mark.parametrize(
    ("package", "name"),
    [("numpy>=1.2,<2", "numpy"), ("conda-forge::Py_Torch=2", "py-torch"), ("torch[cuda]==2", "torch"), ("a.b", "a.b")],
)
def test_a_requirement_has_a_name(package: str, name: str) -> None:
    assert package_name(package) == name


def test_a_pip_index_is_given_by_its_address_or_as_the_whole_option() -> None:
    dependencies = CondaDependencies()
    dependencies.set_pip_index_url("https://first.example/simple")
    assert dependencies.pip_options == ["--index-url https://first.example/simple"]
    dependencies.set_pip_index_url("--index-url https://second.example/simple")
    assert dependencies.pip_options == ["--index-url https://second.example/simple"]


def test_tensorflow_is_one_package_for_both_kinds_of_processor() -> None:
    made = CondaDependencies()
    made.add_tensorflow_pip_package(core_type="gpu", version="2.16.1")
    made.add_tensorflow_conda_package()
    assert made.wanted_packages() == ["tensorflow", "tensorflow==2.16.1"]
    with pytest.raises(InvalidArgumentError, match="core_type"):
        made.add_tensorflow_pip_package(core_type="tpu")


def test_requirements_of_one_package_are_joined() -> None:
    wanted = ["numpy>=1.20", "pandas", "NumPy<2", "pandas==2.0", "x[extra]==1", "x", "numpy<2"]
    assert CondaDependencies.merge_requirements(wanted) == ["numpy>=1.20,<2", "pandas==2.0", "x[extra]==1"]


@pytest.mark.parametrize(
    ("dependencies", "named"),
    [
        ("[{pip: [3]}]", "3 in pip in dependencies"),
        ("[{pip: [numpy, null]}]", "None in pip"),
        ("[{pip: numpy}]", "'numpy', not a list"),
        ("[1.26]", "1.26 in dependencies"),
        ("['']", "'' in dependencies"),
        ("[numpy: 1.26]", "'numpy' is a key"),
        ("[[numpy]]", r"\['numpy'\] in dependencies"),
    ],
)
def test_what_is_no_package_is_refused_by_name(tmp_path: Path, dependencies: str, named: str) -> None:
    path = tmp_path / "conda.yml"
    path.write_text(f"dependencies: {dependencies}\n")
    with pytest.raises(ConfigurationError, match=named) as refused:
        CondaDependencies(path)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("dependencies", ["[numpy, {pip: }]", "[numpy, {pip: []}]", "[numpy, {}]"])
def test_an_empty_list_of_pip_packages_is_none(tmp_path: Path, dependencies: str) -> None:
    path = tmp_path / "conda.yml"
    path.write_text(f"dependencies: {dependencies}\n")
    assert CondaDependencies(path).wanted_packages() == ["numpy"]

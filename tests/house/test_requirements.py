"""requirements.txt and tests/requirements.txt: complete, pinned, hashed, and what is installed"""

import hashlib
import os
import shutil
import subprocess
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.stack.processes import ROOT
from tests.support.pins import PRODUCT, TESTS, read_direct, read_pins, walk

BROUGHT_BY_PYTHON = {"pip"}
both = pytest.mark.parametrize("path", [PRODUCT, TESTS], ids=["product", "tests"])


@both
def test_every_entry_is_pinned_and_hashed(path: Path) -> None:
    assert len(read_pins(path)) > 30


@pytest.mark.parametrize(
    "entry",
    [
        "requests",
        "requests==2.34.2",
        f"requests>=2 --hash=sha256:{'0' * 64}",
        f"requests==2.* --hash=sha256:{'0' * 64}",
        f"requests==2.34.2 --hash=md5:{'0' * 32}",
        f"requests @ https://example.com/requests.whl --hash=sha256:{'0' * 64}",
        "-i https://example.com/simple",
    ],
)
def test_anything_else_is_noticed(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text(f"# fine\n{entry}\n")
    with pytest.raises(ValueError, match="neither pinned nor hashed"):
        read_pins(path)


@both
def test_no_address_and_no_setting_of_a_machine_stands_there(path: Path) -> None:
    without_hashes = path.read_text().replace(" --hash=sha256:", "")
    for word in ["://", "--", " /", "=/", "~", "index", "cert", "wheels", "localhost"]:
        named = {name for name in read_pins(path) if word in name}
        lines = without_hashes.splitlines()
        assert not [line for line in lines if word in line and not any(n in line for n in named)]


@both
def test_what_the_short_file_names_is_there_in_the_same_version(path: Path) -> None:
    pins = read_pins(path)
    direct = read_direct(path)
    assert direct
    for requirement in direct:
        pin = pins[canonicalize_name(requirement.name)]
        assert str(requirement.specifier) == f"=={pin.version}"


@both
def test_all_that_is_needed_is_there_and_installed_in_that_version(path: Path) -> None:
    pins = read_pins(path)
    needed = walk(read_direct(path)) - BROUGHT_BY_PYTHON
    assert {name: distribution(name).version for name in needed} == {
        name: pins[name].version for name in needed if name in pins
    }


@both
def test_nothing_else_is_there(path: Path) -> None:
    needed = walk(read_direct(path))
    assert [
        pin.name for pin in read_pins(path).values() if not pin.marker and pin.name not in needed
    ] == []


def test_extras_are_walked() -> None:
    assert "psycopg-binary" in walk([Requirement("psycopg[binary]")])
    assert "psycopg-binary" not in walk([Requirement("psycopg")])
    assert {"fido2", "pyjwt"} <= walk(read_direct(PRODUCT))


def test_both_files_agree() -> None:
    product, tests = read_pins(PRODUCT), read_pins(TESTS)
    shared = product.keys() & tests.keys()
    assert "requests" in shared
    assert [name for name in shared if product[name].version != tests[name].version] == []
    assert [name for name in shared if product[name].hashes != tests[name].hashes] == []


# bin/environment

OLD, NEW, TOOL = "scent-1.0", "scent-2.0", "bench-1.0"
OFFLINE = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
ABOUT = "Metadata-Version: 2.1\nName: {}\nVersion: {}\n"


def make_wheel(folder: Path, release: str, text: str = "") -> None:
    name, _dash, version = release.partition("-")
    about = f"{release}.dist-info"
    with ZipFile(folder / f"{release}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{about}/METADATA", ABOUT.format(name, version))
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{name}.py", text)
        wheel.writestr(f"{about}/RECORD", f"{name}.py,,\n{about}/RECORD,,\n")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of nothing but bin/environment, and packages beside it."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "bin/environment", tmp_path / "bin")
    for release in (OLD, NEW, TOOL):
        make_wheel(tmp_path, release)
    return tmp_path


def pin(project: Path, release: str) -> str:
    wheel = project / f"{release}-py3-none-any.whl"
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return f"{release.replace('-', '==')} --hash=sha256:{digest}"


def write(project: Path, *releases: str, file: str = "requirements.txt") -> None:
    (project / file).write_text("".join(f"{pin(project, one)}\n" for one in releases))


def prepare(project: Path, *files: str) -> subprocess.CompletedProcess[str]:
    command = [str(project / "bin/environment"), *(files or ["requirements.txt"])]
    offline = {**OFFLINE, "PIP_FIND_LINKS": str(project)}
    return subprocess.run(  # noqa: S603 - our own command
        command, env=os.environ | offline, capture_output=True, text=True, check=False
    )


def installed(project: Path) -> set[str]:
    found = project.glob(".venv/lib/*/site-packages/*.dist-info")
    return {one.stem for one in found} & {OLD, NEW, TOOL}


def is_made_anew(project: Path, *files: str) -> bool:
    prepared = prepare(project, *files)
    assert prepared.returncode == 0, prepared.stderr
    return bool(prepared.stderr)


BOTH = ("requirements.txt", "tests/requirements.txt")


def test_only_what_was_reviewed_is_installed(project: Path) -> None:
    for entry in ("scent==1.0", f"scent==1.0 --hash=sha256:{'0' * 64}"):
        (project / "requirements.txt").write_text(f"{entry}\n")
        assert prepare(project).returncode
        assert installed(project) == set()
        assert not [*project.glob(".venv/installed*")]
    write(project, OLD)
    assert is_made_anew(project)
    assert installed(project) == {OLD}
    assert not is_made_anew(project)


@pytest.mark.nightly
def test_what_is_installed_already_is_looked_at_too(project: Path) -> None:
    """As if a file changed to name another hash, or a package was built again."""
    write(project, OLD)
    assert is_made_anew(project)
    (project / "requirements.txt").write_text(f"scent==1.0 --hash=sha256:{'0' * 64}\n")
    assert prepare(project).returncode
    make_wheel(project, OLD, "reviewed = True\n")
    write(project, OLD)
    assert is_made_anew(project)
    (module,) = project.glob(".venv/lib/*/site-packages/scent.py")
    assert "reviewed" in module.read_text()


@pytest.mark.nightly
def test_what_no_file_names_any_more_goes(project: Path) -> None:
    write(project, OLD, TOOL)
    assert is_made_anew(project)
    write(project, NEW)
    assert is_made_anew(project)
    assert installed(project) == {NEW}


@pytest.mark.nightly
def test_what_was_made_for_both_files_serves_one(project: Path) -> None:
    write(project, OLD)
    write(project, TOOL, file=BOTH[1])
    assert is_made_anew(project, *BOTH)
    assert not is_made_anew(project)
    assert not is_made_anew(project, *BOTH)
    write(project, NEW)
    assert is_made_anew(project)
    assert installed(project) == {NEW, TOOL}
    assert not is_made_anew(project, *BOTH)


@pytest.mark.nightly
def test_what_was_made_for_one_file_is_made_anew_for_both(project: Path) -> None:
    write(project, OLD)
    write(project, TOOL, file=BOTH[1])
    assert is_made_anew(project)
    assert installed(project) == {OLD}
    assert is_made_anew(project, *BOTH)
    assert installed(project) == {OLD, TOOL}


@pytest.mark.nightly
def test_one_that_was_interrupted_is_made_anew(project: Path) -> None:
    write(project, OLD, TOOL)
    assert is_made_anew(project)
    make_wheel(project, "late-1.0")
    write(project, NEW, "late-1.0")
    (project / "late-1.0-py3-none-any.whl").unlink()  # the index breaks off half-way
    assert prepare(project).returncode
    assert not [*project.glob(".venv/installed*")]
    (project / ".venv/lib/left").touch()
    write(project, NEW)
    assert is_made_anew(project)
    assert installed(project) == {NEW}
    assert not (project / ".venv/lib/left").exists()


def test_nothing_is_emptied_that_a_link_leads_to(project: Path, tmp_path: Path) -> None:
    write(project, OLD)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").touch()
    (project / ".venv").symlink_to(elsewhere)
    refused = prepare(project)
    assert refused.returncode == 1
    assert ".venv is a link" in refused.stderr
    assert (elsewhere / "precious").exists()

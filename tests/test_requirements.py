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

from tests.pins import PRODUCT, TESTS, read_direct, read_pins, walk
from tests.stack.processes import ROOT

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
        "--index-url https://example.com/simple",
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


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of nothing but bin/environment, and a package beside it."""
    (tmp_path / "bin").mkdir()
    shutil.copy(ROOT / "bin/environment", tmp_path / "bin")
    with ZipFile(tmp_path / "scent-1.0-py3-none-any.whl", "w") as wheel:
        about = "scent-1.0.dist-info"
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: scent\nVersion: 1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("scent.py", "")
        wheel.writestr(f"{about}/RECORD", f"scent.py,,\n{about}/RECORD,,\n")
    return tmp_path


def prepare(project: Path, entry: str) -> subprocess.CompletedProcess[str]:
    (project / "requirements.txt").write_text(f"{entry}\n")
    offline = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(project)}
    command = [str(project / "bin/environment"), "requirements.txt"]
    return subprocess.run(  # noqa: S603 - our own command
        command, env=os.environ | offline, capture_output=True, text=True, check=False
    )


def is_installed(project: Path) -> bool:
    return bool([*project.glob(".venv/lib/*/site-packages/scent.py")])


def test_only_what_was_reviewed_is_installed(project: Path) -> None:
    wheel = project / "scent-1.0-py3-none-any.whl"
    right = hashlib.sha256(wheel.read_bytes()).hexdigest()
    refused = [
        prepare(project, "scent==1.0"),
        prepare(project, f"scent==1.0 --hash=sha256:{'0' * 64}"),
    ]
    assert all(one.returncode for one in refused)
    assert not is_installed(project)
    assert not [*project.glob(".venv/installed*")]
    taken = prepare(project, f"scent==1.0 --hash=sha256:{right}")
    assert taken.returncode == 0, taken.stderr
    assert is_installed(project)

"""bin/audit: the CycloneDX document, and what it makes of pip-audit's report

Asking takes the network, and is not tested.
"""

import importlib.metadata
import json
from email import message_from_string
from importlib import resources
from pathlib import Path
from typing import Any

import cyclonedx.schema
import jsonschema_rs
import pytest
from cyclonedx.model.license import LicenseExpression

from tests.support.pins import PRODUCT, read_direct, read_parents, read_pins
from tests.tools import audit, sbom
from tests.tools.audit import verdict

Package = dict[str, object]


def report(*packages: Package) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


FINE: Package = {"name": "fine", "version": "1.0", "vulns": []}
BAD: Package = {"name": "bad", "version": "2.0", "vulns": [{"id": "PYSEC-1"}, {"id": "GHSA-2"}]}
UNKNOWN: Package = {"name": "unknown", "skip_reason": "not found"}


def test_nothing_known_is_fine() -> None:
    assert verdict(report(FINE, UNKNOWN)) == (
        0,
        ["1 packages looked up, 0 with a known vulnerability."],
    )


def test_what_is_known_is_named() -> None:
    status, lines = verdict(report(FINE, BAD))
    assert status == 1
    assert lines[0] == "bad 2.0: PYSEC-1, GHSA-2"


def test_nobody_asked_is_not_fine() -> None:
    assert verdict(report(UNKNOWN))[0] == 3
    assert verdict("")[0] == 3


# The document that lists the product's parts


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the document goes; the database can't be asked."""
    monkeypatch.setattr(audit, "ask", lambda: "")
    return tmp_path / "parts.json"


def run(path: Path) -> dict[str, Any]:
    audit.main("--sbom", str(path))
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def schema(name: str) -> dict[str, Any]:
    folder = resources.files(cyclonedx.schema) / "_res"
    read: dict[str, Any] = json.loads((folder / f"{name}.SNAPSHOT.schema.json").read_text())
    return read


def validator() -> jsonschema_rs.Draft7Validator:
    others = ["spdx", "jsf-0.82"]
    base = "http://cyclonedx.org/schema"
    registry = jsonschema_rs.Registry(
        [(f"{base}/{name}.SNAPSHOT.schema.json", schema(name)) for name in others]
    )
    return jsonschema_rs.Draft7Validator(
        schema("bom-1.6"), registry=registry, validate_formats=True
    )


def test_the_document_is_valid(path: Path) -> None:
    document = run(path)
    validator().validate(document)
    assert document["specVersion"] == "1.6"
    document["components"][0]["type"] = "hat"
    assert not validator().is_valid(document)


def test_the_document_has_what_requirements_txt_has(path: Path) -> None:
    parts = {one["name"]: one for one in run(path)["components"]}
    pins = read_pins(PRODUCT)
    assert {name: one["version"] for name, one in parts.items()} == {
        name: pin.version for name, pin in pins.items()
    }
    for name, pin in pins.items():
        assert parts[name]["purl"] == f"pkg:pypi/{name}@{pin.version}"
        assert {one["content"] for one in parts[name]["hashes"]} == set(pin.hashes)
        assert {one["alg"] for one in parts[name]["hashes"]} == {"SHA-256"}


def test_its_root_is_the_product_which_needs_what_requirements_in_names(path: Path) -> None:
    document = run(path)
    root = document["metadata"]["component"]
    assert (root["name"], root["type"]) == ("ambassador-inbox", "application")
    needs = {one["ref"]: one.get("dependsOn", []) for one in document["dependencies"]}
    assert len(needs[root["bom-ref"]]) == len(read_direct(PRODUCT))
    django = next(one["bom-ref"] for one in document["components"] if one["name"] == "django")
    assert any("sqlparse" in one for one in needs[django])
    allauth = next(ref for ref in needs if "django-allauth" in ref)
    assert any("fido2" in one for one in needs[allauth])


def test_what_needs_what_is_told_alike_on_every_machine(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And of each package, also where only another platform needs it."""
    document = run(path)
    monkeypatch.setattr(importlib.metadata, "distribution", lack)
    monkeypatch.setattr(sbom, "metadata", lack)
    bare = run(path)
    assert bare["dependencies"] == document["dependencies"]
    needs = {one["ref"]: one.get("dependsOn", []) for one in document["dependencies"]}
    assert "pkg:pypi/colorama@0.4.6" in needs["pkg:pypi/qrcode@8.2"]
    reached, waiting = set(), [document["metadata"]["component"]["bom-ref"]]
    while waiting:
        reached.add(ref := waiting.pop())
        waiting += [one for one in needs[ref] if one not in reached]
    assert reached == needs.keys()
    assert len(reached) == len(document["components"]) + 1


def lack(name: str) -> Any:
    raise importlib.metadata.PackageNotFoundError(name)


def test_a_file_without_what_needs_what_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    entry = f"scent==1.0 \\\n    --hash=sha256:{'0' * 64}\n"
    path.write_text(entry)
    with pytest.raises(ValueError, match="says not what needs it: scent"):
        read_parents(path)
    path.write_text(f"{entry}    # via\n    #   -r requirements.in\n    #   Rose_Water\n")
    assert read_parents(path) == {"scent": {"", "rose-water"}}


def test_each_package_that_is_installed_has_its_licence(path: Path) -> None:
    elsewhere = {pin.name for pin in read_pins(PRODUCT).values() if pin.marker}
    without = {one["name"] for one in run(path)["components"] if not one.get("licenses")}
    assert without <= elsewhere


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("License-Expression: MIT\nLicense: old words", ["MIT"]),
        ("License-Expression: MIT OR Apache-2.0", ["MIT OR Apache-2.0"]),
        ("License: BSD-3-Clause", ["BSD-3-Clause"]),
        ("License: mit\nClassifier: License :: OSI Approved :: MIT License", ["MIT"]),
        ("License: BSD\nClassifier: License :: OSI Approved :: BSD License", ["BSD License"]),
        ("License: Our own", ["Our own"]),
        ("License: UNKNOWN", []),
        ("License: Copyright (c)\n  All rights reserved.", []),
        ("License: ", []),
        ("Summary: none", []),
    ],
)
def test_a_licence_is_looked_for_wherever_it_may_be(
    monkeypatch: pytest.MonkeyPatch, said: str, told: list[str]
) -> None:
    about = message_from_string(f"Name: scent\n{said}\n")
    monkeypatch.setattr(sbom, "metadata", lambda _name: about)
    found = sbom.read_licences("scent")
    assert [words_of(one) for one in found] == told


def words_of(licence: Any) -> str:
    if isinstance(licence, LicenseExpression):
        return licence.value
    return str(licence.id or licence.name)


def test_licences_are_as_declared(path: Path) -> None:
    parts = {one["name"]: one for one in run(path)["components"]}
    assert parts["django"]["licenses"] == [
        {"license": {"acknowledgement": "declared", "id": "BSD-3-Clause"}}
    ]
    for name in ("asgiref", "oauthlib"):
        assert parts[name]["licenses"][0]["license"]["id"] == "BSD-3-Clause"
    for name in ("charset-normalizer", "django-environ"):
        assert parts[name]["licenses"][0]["license"]["id"] == "MIT"
    assert parts["cryptography"]["licenses"][0]["expression"] == "Apache-2.0 OR BSD-3-Clause"


def test_two_runs_write_the_same(path: Path) -> None:
    run(path)
    before = path.read_bytes()
    run(path)
    assert path.read_bytes() == before


def test_another_version_is_another_document() -> None:
    pins = read_pins(PRODUCT)
    before = json.loads(sbom.render(pins))["serialNumber"]
    del pins["waitress"]
    assert json.loads(sbom.render(pins))["serialNumber"] != before


@pytest.mark.parametrize(
    ("answer", "status"), [("", 3), (report(FINE), 0), (report(FINE, BAD), 1), (report(UNKNOWN), 3)]
)
def test_the_document_is_written_whatever_is_known(
    path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, status: int
) -> None:
    monkeypatch.setattr(audit, "ask", lambda: answer)
    assert audit.main("--sbom", str(path)) == status
    assert path.exists()


def test_a_document_that_cannot_be_written_is_told(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.main("--sbom", str(path / "missing")) == 2
    assert "can't be written: No such file or directory." in capsys.readouterr().out

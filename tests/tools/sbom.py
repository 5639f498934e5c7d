"""Lists the product's parts as a CycloneDX document: every package of requirements.txt.

The same files give the same document: no date, and a serial number made of the files.
The file itself says what needs what. Only licences come from what is installed here.
"""

import json
import tomllib
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License, LicenseAcknowledgement
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.spdx import fixup_id
from packageurl import PackageURL

from tests.stack.processes import ROOT
from tests.support.pins import PRODUCT, Pin, read_parents, read_pins

DECLARED = LicenseAcknowledgement.DECLARED
OSI = "License :: OSI Approved :: "


def write(path: Path) -> int:
    """How many packages the document names. Raises OSError where it can't be written."""
    pins = read_pins(PRODUCT)
    path.write_text(render(pins))
    return len(pins)


def render(pins: dict[str, Pin]) -> str:
    """The document as JSON."""
    bom = _build(pins)
    document: dict[str, Any] = json.loads(
        make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string()
    )
    del document["metadata"]["timestamp"]
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _build(pins: dict[str, Pin]) -> Bom:
    product = _describe_product()
    parts = {name: _describe(pin) for name, pin in pins.items()}
    bom = Bom(components=parts.values(), serial_number=_number(product, pins))
    bom.metadata.component = product
    parents = read_parents(PRODUCT)
    for name, part in {"": product, **parts}.items():
        needs = [parts[need] for need in sorted(parts) if name in parents[need]]
        bom.register_dependency(part, needs)
    return bom


def _describe_product() -> Component:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    name, version = project["name"], project["version"]
    return Component(
        name=name,
        version=version,
        type=ComponentType.APPLICATION,
        description=project["description"],
        purl=PackageURL("generic", name=name, version=version),
        bom_ref=f"{name}@{version}",
    )


def _describe(pin: Pin) -> Component:
    purl = PackageURL("pypi", name=pin.name, version=pin.version)
    return Component(
        name=pin.name,
        version=pin.version,
        type=ComponentType.LIBRARY,
        purl=purl,
        bom_ref=purl.to_string(),
        # One for each file of the release: what is installed is one of them.
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in pin.hashes],
        licenses=read_licences(pin.name),
        properties=[Property(name="marker", value=pin.marker)] if pin.marker else [],
    )


def read_licences(name: str) -> list[License]:
    """As the package declares them; nothing for what is not installed on this platform."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return []
    make = LicenseFactory().make_from_string
    return [make(words, license_acknowledgement=DECLARED) for words in _find_licences(said)]


def _find_licences(said: PackageMetadata) -> list[str]:
    """The most exact words first; older packages have a text of their own, or classifiers, or both."""
    if "License-Expression" in said:
        return [said["License-Expression"]]
    own = said["License"].strip() if "License" in said else ""
    if fixup_id(own):
        return [own]
    classifiers = said.get_all("Classifier") or []
    classified = sorted(one.removeprefix(OSI) for one in classifiers if one.startswith(OSI))
    is_short = bool(own) and "\n" not in own and own != "UNKNOWN"
    return classified or ([own] if is_short else [])


def _number(product: Component, pins: dict[str, Pin]) -> UUID:
    return uuid5(NAMESPACE_URL, f"{product.bom_ref}\n{sorted(pins.items())!r}")

"""What the product consists of, as a CycloneDX document: every package of requirements.txt.

It says the same each time, for as long as the files do: no date, and a serial number made of them.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, metadata
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
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.pins import PRODUCT, Pin, read_direct, read_needs, read_pins
from tests.stack.processes import ROOT

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
    direct = read_direct(PRODUCT)
    bom.register_dependency(product, _find(parts, direct))
    for name, part in parts.items():
        asked = [one for one in direct if canonicalize_name(one.name) == name]
        needs = [need for one in asked or [Requirement(name)] for need in read_needs(one)]
        bom.register_dependency(part, _find(parts, needs))
    return bom


def _find(parts: dict[str, Component], needs: Iterable[Requirement]) -> list[Component]:
    names = sorted({canonicalize_name(need.name) for need in needs})
    return [parts[name] for name in names if name in parts]


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
        licenses=list(_read_licences(pin.name)),
        properties=[Property(name="marker", value=pin.marker)] if pin.marker else [],
    )


def _read_licences(name: str) -> Iterator[License]:
    """As the package declares them; nothing for what is not installed on this platform."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return
    make = LicenseFactory().make_from_string
    if "License-Expression" in said:
        yield make(said["License-Expression"], license_acknowledgement=DECLARED)
        return
    classifiers = said.get_all("Classifier") or []
    for words in sorted(one.removeprefix(OSI) for one in classifiers if one.startswith(OSI)):
        yield make(words, license_acknowledgement=DECLARED)


def _number(product: Component, pins: dict[str, Pin]) -> UUID:
    return uuid5(NAMESPACE_URL, f"{product.bom_ref}\n{sorted(pins.items())!r}")

"""What a page weighs on the wire, and what a browser asks for to show it: at first, and again."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from tests.bench.browser import Fetched, Page, fetch
from tests.support.markup import every

MONTH = 30 * 24 * 3600
LOADED = {"stylesheet", "icon", "preload", "modulepreload", "manifest"}  # values of a link's rel
SOURCES = ("script", "img", "source", "iframe", "video", "audio")
IN_STYLES = re.compile(r"""(?:@import\s+|url\()\s*(?:url\()?["']?([^"')\s;]+)""")


@dataclass(frozen=True)
class File:
    path: str
    wire: int
    kept: bool  # a browser that has it does not ask again


@dataclass(frozen=True)
class Weight:
    html: int
    files: tuple[File, ...]

    @property
    def cold(self) -> int:
        return self.html + sum(file.wire for file in self.files)

    @property
    def cold_requests(self) -> int:
        return 1 + len(self.files)

    @property
    def warm_requests(self) -> int:
        return 1 + sum(not file.kept for file in self.files)


def references(html: str) -> Iterator[str]:
    """The addresses a page makes the browser load, the sprite of its icons among them."""
    for element in every(html, ", ".join(("link", "use", *SOURCES))):
        values = element.attributes
        if element.tag == "use":
            yield values.get("href") or values.get("xlink:href") or ""
        elif element.tag != "link":
            yield values.get("src") or ""
        elif LOADED & set((values.get("rel") or "").lower().split()):
            yield values.get("href") or ""


def weigh(page: Page) -> Weight:
    html = fetch(page)
    files: dict[str, File] = {}
    for path in _local(page.path, references(html.text)):
        _load(page, path, files)
    return Weight(len(html.wire), tuple(files.values()))


def _load(page: Page, path: str, files: dict[str, File]) -> None:
    """The file and, if it is a stylesheet, what it asks for in turn."""
    if path in files:
        return
    file = fetch(replace(page, path=path))
    if file.status != 200:
        raise SystemExit(f"{page.path} refers to {path}, which answers {file.status}.")
    files[path] = File(path, len(file.wire), _is_kept(file))
    if "css" in file.headers.get("Content-Type", ""):
        for further in _local(path, IN_STYLES.findall(file.text)):
            _load(page, further, files)


def _local(base: str, found: Iterable[str]) -> Iterator[str]:
    """Paths on this server; other hosts and inline data are none of its weight."""
    for reference in found:
        parts = urlsplit(urljoin(base, reference))
        if reference and not reference.startswith("#") and not parts.scheme and not parts.netloc:
            yield parts._replace(fragment="").geturl()


def _is_kept(file: Fetched) -> bool:
    control = file.headers.get("Cache-Control", "")
    age = re.search(r"max-age=(\d+)", control)
    return "immutable" in control or bool(age and int(age[1]) >= MONTH)

"""The files that pages are made of: all there, all used, nothing inline"""

import gzip
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import allauth
import minify
import pipeline
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver
from pytest_django import Settings

from inbox.display import messages
from inbox.models import Membership
from inbox.settings import PIPELINE
from inbox.settings import STORAGES as PRODUCTION_STORAGES
from tests.conftest import ClientOf
from tests.support.markup import attributes
from tests.support.pages import INBOX, text
from tests.support.upstream import Upstream

ROOT = Path(__file__).parents[2]
OUR_SCRIPTS = sorted((ROOT / "static/js").iterdir())
TEMPLATES = {
    str(path.relative_to(ROOT / "templates")): path.read_text()
    for path in sorted((ROOT / "templates").rglob("*"))
    if path.is_file()
}
LIBRARIES = [Path(module.__file__).parent / "templates" for module in (allauth, pipeline)]

WORDS = re.compile(r'"[^"\n]{3,}"')  # what stays as it is where names are shortened


def shorten(script: str) -> str:
    return str(minify.string("application/javascript", script))


def shorten_styles(styles: str) -> str:
    """The rules of a file alone, without the layer around them: neighbours share one."""
    rules = str(minify.string("text/css", styles))
    return re.sub(r"^@layer \w+\{(.*)\}$", r"\1", rules)


def test_pages_use_the_hashed_names_of_collected_files(
    client_of: ClientOf, moderator: Membership, api: Upstream, settings: Settings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = PRODUCTION_STORAGES
    settings.PIPELINE = {**PIPELINE, "PIPELINE_ENABLED": True}
    call_command("collectstatic", interactive=False, verbosity=0)
    page = text(client_of(moderator).get(INBOX))
    addresses = attributes(page, "[href]", "href") + attributes(page, "[src]", "src")
    files = [address for address in addresses if address.startswith("/static/")]
    names = {address.removeprefix("/static/").partition("#")[0] for address in files}
    assert {Path(name).suffix for name in names} == {".css", ".js", ".svg"}
    for name in names:
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", name)
        assert (settings.STATIC_ROOT / name).is_file()
        assert (settings.STATIC_ROOT / f"{name}.gz").is_file()
    (sheet,) = (settings.STATIC_ROOT / name for name in names if name.endswith(".css"))
    (script,) = (settings.STATIC_ROOT / name for name in names if name.endswith(".js"))
    for path in (ROOT / "static/css").iterdir():
        assert shorten_styles(path.read_text()) in sheet.read_text()
    assert "var htmx=" in script.read_text()
    ours = shorten("\n".join(map(Path.read_text, OUR_SCRIPTS)))
    for path in OUR_SCRIPTS:
        assert all(
            words in script.read_text() for words in WORDS.findall(shorten(path.read_text()))
        )
    assert len(gzip.compress(ours.encode())) <= 12_000
    assert len(gzip.compress(sheet.read_bytes())) <= 14_000
    packed = [(settings.STATIC_ROOT / f"{name}.gz").stat().st_size for name in names]
    assert len(names) + 1 <= 8
    assert sum(packed) + 10_000 <= 60_000


def test_every_icon_is_drawn_and_every_drawing_is_used() -> None:
    drawn = re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons.svg").read_text())
    named = {name for html in TEMPLATES.values() for name in re.findall(r'icon\("(\w+)"\)', html)}
    named |= {"sun", "moon", "system"}  # by a loop over the themes
    named |= set(re.findall(r'link\("\w+", "(\w+)"', TEMPLATES["components/_rail_nav.html"]))
    named |= set(re.findall(r'code\(inbox.*?, "(\w+)"\)', "".join(TEMPLATES.values())))
    kinds = {icon for _, icon in messages.MESSAGES.values()}
    assert set(drawn) == named | kinds
    assert len(drawn) == len(set(drawn))


def test_every_part_is_bundled_and_every_part_bundled_is_there() -> None:
    pipeline_settings: dict[str, Any] = PIPELINE
    kinds = ("STYLESHEETS", "JAVASCRIPT")
    bundles = [bundle for kind in kinds for bundle in pipeline_settings[kind].values()]
    bundled = [name for bundle in bundles for name in bundle["source_filenames"]]
    ours = {str(path.relative_to(ROOT / "static")) for path in (ROOT / "static").glob("*/*")}
    assert set(bundled) == ours | {"django_htmx/htmx-2.min.js"}
    assert len(bundled) == len(set(bundled))


def test_every_picture_of_ours_is_used() -> None:
    named = {name for html in TEMPLATES.values() for name in re.findall(r"static\('(.+?)'\)", html)}
    pictures = {path.name for path in (ROOT / "static").iterdir() if path.is_file()}
    assert pictures == named | {"icons.svg"}


@pytest.mark.parametrize(
    "template",
    ["{}", "{{# {} #}}", '{{% set a =\n"{}" %}}', "<textarea>\n{}\n</textarea>", "<!--\n{}\n-->"],
)
@pytest.mark.parametrize("ending", ["html", "txt"])
def test_djlint_finds_a_line_that_is_too_wide(tmp_path: Path, template: str, ending: str) -> None:
    file = tmp_path / f"wide.{ending}"
    file.write_text(template.format("é" * 121))
    rules = ["--configuration", "pyproject.toml", "--rules", ".djlint_rules.yaml"]
    command = [sys.executable, "-m", "djlint", "--lint", "--quiet", *rules, str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 1
    assert "W001" in done.stdout


def _used_templates() -> set[str]:
    """What templates include and extend, what our code names, what routed views of allauth show."""
    parts = r'{%\s*(?:include|extends|from) "([^"]+)"'
    used = {name for html in TEMPLATES.values() for name in re.findall(parts, html)}
    for module in (ROOT / "inbox").rglob("*.py"):
        used |= set(re.findall(r'"([\w/]+\.html)"', module.read_text()))
        for mail in re.findall(r'"(\w+/email/\w+)"', module.read_text()):
            used |= {f"{mail}_subject.txt", f"{mail}_message.txt"}
    for pattern in get_resolver().url_patterns:
        view = getattr(getattr(pattern, "callback", None), "view_class", None)
        used.add(getattr(view, "template_name", None) or "")
    return used - {""}


def test_every_template_used_is_there_and_every_template_is_used() -> None:
    stand_ins = {name for name in TEMPLATES if any((own / name).is_file() for own in LIBRARIES)}
    used = _used_templates()
    assert used <= set(TEMPLATES)
    assert set(TEMPLATES) - used <= stand_ins


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/", "/brands/3/ambassadors/", INBOX, "/none"]
)
def test_every_page_allows_nothing_but_its_own_files(
    client_of: ClientOf, moderator: Membership, api: Upstream, path: str
) -> None:
    client = Client() if path.startswith("/accounts") else client_of(moderator)
    response = client.get(path)
    policy = dict(
        part.strip().partition(" ")[::2] for part in response["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["img-src"] == "'self' https://images.popsell.example"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]


INLINE = {
    "a style": r"<style|\sstyle=",
    "a script": r"<script(?![^>]*\ssrc=)",
    "a handler": r"\son\w+=|hx-on",
    "a script's address": r"javascript:",
    "an unescaped variable": r"\|safeseq|autoescape off",
    "another site's file": r"""(?:src|href)=["'](?:https?:)?//""",
}


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_nothing_is_inline_or_foreign(name: str) -> None:
    html = TEMPLATES[name].lower()
    found = [what for what, pattern in INLINE.items() if re.search(pattern, html)]
    assert found == []


def test_words_are_regular_medium_or_bold() -> None:
    """What lies between is drawn as bold where a family has two weights."""
    sheets = "".join(path.read_text() for path in (ROOT / "static/css").iterdir())
    assert set(re.findall(r"font(?:-weight)?:\s*(\d{3})\b", sheets)) == {"400", "500", "600"}

"""The HTML of every page in every state is valid, and so is what htmx puts into it"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from inbox.models import User
from tests.conftest import SignIn, make_well
from tests.support.cast import invitation
from tests.support.states import STATES, State
from tests.support.upstream import Upstream
from tests.support.visitors import AtClient

NODE = Path(__file__).parents[1] / "node"
VALIDATOR = NODE / "node_modules/html-validate/bin/html-validate.mjs"
CONFIG = NODE / "htmlvalidate.config.mjs"
BROKEN = "broken on purpose"
# htmx reads a fragment within a template too; what it refers to may be elsewhere on the page.
FRAME = """<!doctype html>
<html lang="en">
  <head><title>A fragment</title></head>
  <body><!-- [html-validate-disable no-missing-references] --><template>{}</template></body>
</html>
"""


@pytest.fixture
def node() -> str:
    found = shutil.which("node")
    if not found or not VALIDATOR.exists():
        pytest.skip("there is no Node, or bin/node-environment did not run: no HTML was validated")
    return found


def complaints(node: str, folder: Path) -> dict[str, list[str]]:
    """What the validator has to say, by the name of the file; one process for all of them."""
    report = folder.with_suffix(".json")  # through a pipe, a long one would come cut off
    options = ["--config", str(CONFIG), "--formatter", f"json={report}"]
    command = [node, str(VALIDATOR), *options, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert report.exists(), done.stderr
    return {
        Path(file["filePath"]).stem: [
            f"{said['ruleId']} at {said['line']}:{said['column']}: {said['message']}"
            for said in file["messages"]
        ]
        for file in json.loads(report.read_text())
    }


def html_of(state: State, visitor: AtClient) -> str:
    """As it is sent; anything done on the way is undone."""
    make_well(visitor.popsell)
    cache.clear()
    with transaction.atomic():
        state.reach(visitor)
        transaction.set_rollback(True)
    return FRAME.format(visitor.html) if visitor.has_fragment else visitor.html


def test_every_page_is_valid(
    node: str, people: dict[str, User], api: Upstream, sign_in: SignIn, tmp_path: Path
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    for state in STATES:
        for scripts in (True, False):
            client = sign_in(people[state.who]) if state.who else Client()
            visitor = AtClient(client, api, invitation(people), scripts=scripts)
            name = state.name if scripts else f"{state.name} without scripts"
            (folder / f"{name}.html").write_text(html_of(state, visitor))
    (folder / f"{BROKEN}.html").write_text(FRAME.format('<p id="one"><div id="one"></div></p>'))
    found = complaints(node, folder)
    assert found.pop(BROKEN)  # else nothing was looked at
    said = [f"{name}: {line}" for name, lines in found.items() for line in lines]
    assert not said, "\n".join(said)

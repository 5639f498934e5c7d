"""The main path in Firefox, at a desk and on a phone, driven over WebDriver BiDi by puppeteer-core"""

import shutil
import subprocess
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from inbox.models import Act, Membership, Note
from tests.stack.site import bare_environment
from tests.support.cast import PASSWORD
from tests.support.trail import acts
from tests.support.upstream import Upstream
from tests.support.visitors import UNSETTLED

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
NODE = shutil.which("node")
PATH = Path("tests/node/main_path.test.mjs").resolve()
LONGEST = 300  # seconds: each step of it gives up long before


@pytest.mark.skipif(not FIREFOX, reason="there is no Firefox: nothing was tried in it")
@pytest.mark.skipif(not NODE, reason="there is no Node to drive Firefox with")
@pytest.mark.parametrize("width", [1440, 390])
def test_the_main_path(
    width: int,
    live_server: LiveServer,
    moderator: Membership,
    api: Upstream,
    tmp_path: Path,
) -> None:
    run = subprocess.run(  # noqa: S603 - our own script, on this machine
        [str(NODE), "--test", "--test-reporter=spec", str(PATH)],
        env={
            **bare_environment(),
            "FIREFOX": str(FIREFOX),
            "HOME": str(tmp_path),  # or it would look into somebody's own profile
            "SITE": live_server.url,
            "WIDTH": str(width),
            "EMAIL": moderator.user.email,
            "PASSWORD": PASSWORD,
            "UNSETTLED": UNSETTLED,
            "PICTURE": f"tests/output/main-path-{width}.png",  # where it stopped
        },
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert len(api.calls("POST")) == 1
    assert [act.act for act in acts().order_by("pk")] == [Act.READ, Act.NOTE, Act.REVIEW]
    assert Note.objects.get().text == "Two lines;\nof a note"

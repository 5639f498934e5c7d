"""Fixtures of the tests of the trail."""

import pytest

from inbox.activity import sealer


@pytest.fixture(autouse=True)
def _tells_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealer, "_tells_again", {})
    monkeypatch.setattr(sealer, "_looked_at_again", False)

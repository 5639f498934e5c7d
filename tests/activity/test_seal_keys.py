"""Another `SECRET_KEY`: the chain of seals goes on, or says what is unproven"""

import json

import pytest
from pytest_django import Settings

from inbox.activity import sealer
from inbox.models import Membership, Seal, SealKind
from tests.activity.sealing import broken, change, sealed, told, write
from tests.conftest import Later

ANOTHER_KEY = "Vp3-another-key-of-32-characters!"


def test_another_key_goes_on_where_the_one_before_is_here(
    moderator: Membership, settings: Settings
) -> None:
    records = sealed(moderator)
    write(moderator, 1)  # with the key of before, not sealed yet
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = ANOTHER_KEY
    write(moderator, 1)
    assert sealer.seal() == 2
    anchor = Seal.objects.get(kind=SealKind.KEY)
    assert json.loads(anchor.body)["proven"] is True
    assert not broken()

    settings.SECRET_KEY_FALLBACKS = []  # when nothing else needs it
    said, well = told()
    assert well
    assert "Unproven" not in said
    change(moderator, records, about="x")
    assert "was changed since seal 2" in broken()[0]


def test_another_key_without_the_one_before_says_what_is_unproven(
    moderator: Membership, settings: Settings, later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    records = sealed(moderator)
    settings.SECRET_KEY = ANOTHER_KEY
    assert any("are signed with no key that is here" in one for one in broken())
    write(moderator, 1)
    assert sealer.seal() == 0, "processes of the release before may still run, with their key"
    later(601)
    write(moderator, 1)
    assert sealer.seal() == 2
    assert "names a key that is not here" in caplog.text
    said, well = told()
    assert not well
    assert "Unproven: at seal 3, " in said
    assert said.rstrip().endswith("name its seal with --accept.")
    said, well = told(accept=[3])
    assert well, said
    change(moderator, records, about="x")
    assert "was changed since seal 2" in broken()[0]


def test_a_process_that_has_not_heard_of_another_key_leaves_the_chain_alone(
    moderator: Membership, settings: Settings
) -> None:
    sealed(moderator)
    before = settings.SECRET_KEY
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [before], ANOTHER_KEY
    sealed(moderator, 1)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [], before  # a process of before
    write(moderator, 1)
    assert sealer.seal() == 0
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [before], ANOTHER_KEY
    write(moderator, 1)
    assert sealer.seal() == 2
    said, well = told()
    assert well, said


def test_a_record_of_a_key_that_is_gone_is_sealed_once_it_is_back(
    moderator: Membership,
    settings: Settings,
    later: Later,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sealed(moderator)
    write(moderator, 1)
    before, settings.SECRET_KEY = settings.SECRET_KEY, ANOTHER_KEY
    later(601)
    write(moderator, 1)
    assert sealer.seal() == 1
    (wrong,) = broken()
    assert wrong.endswith("its digest was made with a key that is not here")
    settings.SECRET_KEY_FALLBACKS = [before]
    monkeypatch.setattr(sealer, "_looked_at_again", False)  # by another process
    assert sealer.seal() == 1
    assert not broken()

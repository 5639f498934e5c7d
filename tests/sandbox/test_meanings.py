"""The names that the demo gives to the sandbox's codes."""

import pytest

from inbox.models import CodeKind, CodeName, Tone
from inbox.sandbox.meanings import of_codes
from inbox.sandbox.words import Theme, lines

KINDS = {kind.value for kind in CodeKind}


@pytest.mark.parametrize("theme", ["cosmetics", "sport"])
def test_all_codes_that_conversations_have_are_named_but_two(theme: Theme) -> None:
    spoken = lines("en")
    sent = {("anomaly", scene.code) for scene in spoken.anomalies}
    sent |= {("topic", scene.code) for scene in spoken.scenes[theme]}
    sent |= {("moderation", code) for code in range(4)}  # as rooms and transcripts draw them
    named = [(one.kind, one.code) for one in of_codes(theme)]
    assert sent - set(named) == {("topic", 9), ("moderation", 0)}
    assert set(named) <= sent
    assert len(named) == len(set(named))


@pytest.mark.parametrize("theme", ["cosmetics", "sport"])
def test_the_form_would_take_each_of_them(theme: Theme) -> None:
    longest = CodeName._meta.get_field("name").max_length or 0
    for one in of_codes(theme):
        assert one.kind in KINDS
        assert one.tone in Tone.values
        assert 0 < len(one.name) <= longest

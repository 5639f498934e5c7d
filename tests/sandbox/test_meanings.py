"""The names that the demo gives to the sandbox's codes."""

import pytest

from inbox.chatrooms import evidence
from inbox.models import CodeKind, CodeName, Tone
from inbox.models.index import WORD
from inbox.popsell.codes import TypeMessage
from inbox.popsell.resources import Message
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
        assert all(len(word) <= WORD for word in evidence.parse(one.words))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_words_of_each_anomaly_stand_in_what_customers_write(language: str) -> None:
    beside = {one.code: one.words for one in of_codes("cosmetics") if one.kind == "anomaly"}
    for scene in lines(language).anomalies:
        said = [Message(1, None, None, scene.customer, TypeMessage.TEXT, None)]
        assert evidence.find(said, evidence.parse(beside[scene.code])), scene.customer

"""A text that is looked up again is what the catalogues have."""

from gettext import GNUTranslations
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, pgettext, trans_real

LANGUAGES = [language for language, _name in settings.LANGUAGES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_is_as_the_catalogues_have_it(language: str) -> None:
    found: Any = trans_real.translation(language)
    french: Any = trans_real.translation("fr")
    texts = [text for text, _told in french._catalog.items() if isinstance(text, str) and text]
    assert len(texts) > 1_000
    for _twice in range(2):
        assert [found.gettext(one) for one in texts] == [
            GNUTranslations.gettext(found, one) for one in texts
        ]


def test_each_language_keeps_its_own() -> None:
    for _twice in range(2):
        told = []
        for language in ("en", "fr"):
            with translation.override(language):
                told.append((gettext("Needs attention"), pgettext("conversations", "All")))
        assert told[0] == ("Needs attention", "All")
        assert told[1][0] != told[0][0]


def test_a_text_is_looked_up_once() -> None:
    found: Any = trans_real.translation("fr")
    found.gettext("Needs attention")
    before = found.gettext.cache_info().hits
    found.gettext("Needs attention")
    assert found.gettext.cache_info().hits == before + 1

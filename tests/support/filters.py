"""The filters that are on, and what takes them off."""

from tests.support.markup import all_words, link, one

TAKES_OFF = "Remove this filter: "


def chips(page: str) -> list[str]:
    """The words of each filter that is on."""
    found = all_words(page, "ul.chosen a.chip")
    assert all(chip.startswith(TAKES_OFF) for chip in found)
    return [chip.removeprefix(TAKES_OFF) for chip in found]


def without(page: str, chip: str) -> str:
    """Where the filter with these words leads, which takes it off."""
    return link(one(page, "ul.chosen"), TAKES_OFF + chip)

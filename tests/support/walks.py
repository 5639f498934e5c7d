"""Lists that come part by part: the form at their end, which a browser sends by itself."""

from tests.support.markup import attributes, form

WALK = "#scan form, #case form"


def going_on(part: str) -> dict[str, str]:
    """What the form at the end of a part carries on."""
    return form(part, WALK).fields


def trigger(part: str) -> str:
    """When that form is sent, as htmx reads it; empty where there is none."""
    return "".join(attributes(part, WALK, "hx-trigger"))


def by_itself(part: str) -> bool:
    """Whether the next part comes without a press."""
    return trigger(part).startswith("load")

"""Reading HTML as a browser does: elements by CSS selectors, words, and what a form would send.

Each function takes a page, a part of one, or an element that was found before.
"""

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

Element = LexborNode
Source = str | LexborNode

FIELDS = "input[name]:not([type=submit], [type=button]), select[name], textarea[name]"
SENDS = "button:not([type=button], [type=reset]), input[type=submit]"


@dataclass(frozen=True)
class Form:
    """A form of a page.

    `fields`: what a browser sends where its first button is pressed, the last value of each name.
    `names`: those of fields and buttons, also of boxes that are not ticked. `words`: of its buttons.
    """

    attributes: dict[str, str]
    fields: dict[str, str]
    names: frozenset[str]
    words: tuple[str, ...]

    @property
    def action(self) -> str:
        """Where it is sent to."""
        return self.attributes["action"]


def every(source: Source, selector: str) -> list[Element]:
    """The elements within `source` that match, from top to bottom."""
    if isinstance(source, str):
        return LexborHTMLParser(source).css(selector)
    return [one for one in source.css(selector) if one.mem_id != source.mem_id]


def one(source: Source, selector: str) -> Element:
    """The only element that matches."""
    found = every(source, selector)
    assert len(found) == 1, f"{len(found)} elements match {selector}"
    return found[0]


def first(source: Source, selector: str) -> Element:
    """The first element that matches."""
    found = every(source, selector)
    assert found, f"nothing matches {selector}"
    return found[0]


def has(source: Source, selector: str) -> bool:
    return bool(every(source, selector))


def attribute(element: Element, name: str) -> str:
    """The value, empty for a name alone (`checked`); the element must have it."""
    attributes = element.attributes
    assert name in attributes, f"no {name} in {element.html}"
    return attributes[name] or ""


def attributes(source: Source, selector: str, name: str) -> list[str]:
    """The values of one attribute, of all elements that match and have it."""
    return [attribute(one, name) for one in every(source, selector) if name in one.attributes]


def words(source: Source) -> str:
    """The text between the tags, on one line; what sets a name apart parts no words."""
    tree = LexborHTMLParser(source if isinstance(source, str) else source.html or "")
    tree.unwrap_tags(["bdi"])
    assert tree.root
    tree.root.merge_text_nodes()
    return " ".join(tree.root.text(separator=" ").split())


def all_words(source: Source, selector: str) -> list[str]:
    """The words of each element that matches."""
    return [words(one) for one in every(source, selector)]


def link(source: Source, label: str) -> str:
    """Where the only link with exactly these words leads."""
    found = {attribute(one, "href") for one in every(source, "a[href]") if words(one) == label}
    assert len(found) == 1, f"{len(found)} links say {label!r}"
    return found.pop()


def forms(source: Source, selector: str = "form") -> list[Form]:
    """The forms that match, with fields that stand elsewhere and name the form."""
    tree = LexborHTMLParser(source if isinstance(source, str) else source.html or "")
    return [make_form(tree, one) for one in tree.css(selector)]


def form(source: Source, selector: str = "form") -> Form:
    """The only form that matches."""
    found = forms(source, selector)
    assert len(found) == 1, f"{len(found)} forms match {selector}"
    return found[0]


def make_form(tree: LexborHTMLParser, element: Element) -> Form:
    controls = controls_of(tree, element, FIELDS)
    buttons = controls_of(tree, element, SENDS)
    fields = {}
    for control in controls:
        value = value_of(control)
        if value is not None and "disabled" not in control.attributes:
            fields[attribute(control, "name")] = value
    if buttons and "name" in buttons[0].attributes:
        fields[attribute(buttons[0], "name")] = buttons[0].attributes.get("value") or ""
    return Form(
        {name: value or "" for name, value in element.attributes.items()},
        fields,
        frozenset(attribute(one, "name") for one in controls + buttons if "name" in one.attributes),
        tuple(words(button) for button in buttons),
    )


def controls_of(tree: LexborHTMLParser, form: Element, selector: str) -> list[Element]:
    """What matches of the form's own: within it, or elsewhere with its id."""
    within = {control.mem_id for control in form.css(selector)}
    id_ = form.attributes.get("id")
    return [
        control
        for control in tree.css(selector)
        if (
            control.attributes["form"] == id_
            if "form" in control.attributes
            else control.mem_id in within
        )
    ]


def value_of(control: Element) -> str | None:
    """What the field would send; None for a box that is not ticked."""
    if control.tag == "textarea":
        return control.text()
    if control.tag == "select":
        chosen = control.css("option[selected]") or control.css("option")[:1]
        return option_value(chosen[-1]) if chosen else None
    if control.attributes.get("type") in ("checkbox", "radio"):
        ticked = "checked" in control.attributes
        return control.attributes.get("value", "on") if ticked else None
    return control.attributes.get("value") or ""


def option_value(option: Element) -> str:
    value = option.attributes.get("value", words(option))
    return value or ""

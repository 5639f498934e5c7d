"""Finds the lines of a template that are too wide, for djLint: see .djlint_rules.yaml.

A pattern there would miss those within a tag of several lines, a comment or a text area.
"""

from typing import Any, Protocol


class Limits(Protocol):
    max_line_length: int


def run(rule: dict[str, str], config: Limits, html: str, **_: Any) -> list[dict[str, str]]:
    return [
        {
            "code": rule["name"],
            "line": f"{number}:0",
            "match": line.strip()[:20],
            "message": rule["message"],
        }
        for number, line in enumerate(html.split("\n"), start=1)
        if len(line) > config.max_line_length
    ]

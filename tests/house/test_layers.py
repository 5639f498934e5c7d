"""Below `web` nobody knows a request: a worker reads, acts and records as well as a page does."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "inbox"
# Of django.http: an answer to nobody, and the values of an address
PLAIN = {"django.http.Http404", "django.http.QueryDict"}
# What has to do with a request, and reads or answers one
OF_REQUESTS = (
    *("django.http", "django.shortcuts", "django.views", "django.middleware", "django_htmx"),
    *("django.contrib.messages", "django.template.response", "django.core.handlers"),
    *("django.contrib.auth.middleware", "django.contrib.sessions.middleware", "allauth.core"),
)
FETCHES = "access"  # who may is asked of the request, in the fetch itself


def below_web() -> Iterator[Path]:
    """The modules of the layers below, as the contract has them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    (layers,) = [one["layers"] for one in contracts if one["type"] == "layers"]
    for layer in layers[layers.index("web") + 1 :]:
        for name in layer.split(" | "):
            if name not in {FETCHES, "sandbox"}:
                module = PACKAGE / f"{name}.py"
                yield from [module] if module.exists() else sorted((PACKAGE / name).rglob("*.py"))


MODULES = [path.relative_to(PACKAGE).as_posix() for path in below_web()]


def requests_in(source: str) -> set[str]:
    """What of this source knows a request."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{one.name}" for one in node.names}
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        if isinstance(node, ast.arg) and node.arg == "request" and not is_to_popsell(node):
            found.add("an argument")
    return {one for one in found - PLAIN if one == "an argument" or is_of_requests(one)}


def is_of_requests(name: str) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in OF_REQUESTS)


def is_to_popsell(argument: ast.arg) -> bool:
    """Whether it is what we send, and not what somebody sent us."""
    return argument.annotation is not None and "PreparedRequest" in ast.unparse(argument.annotation)


def test_the_layers_below_are_found() -> None:
    assert {"chatrooms/reading.py", "activity/recording.py", "popsell/client.py"} <= set(MODULES)
    assert "web/requests.py" not in MODULES


@pytest.mark.parametrize("path", MODULES)
def test_no_module_below_web_knows_a_request(path: str) -> None:
    assert requests_in((PACKAGE / path).read_text()) == set()


@pytest.mark.parametrize(
    "source",
    [
        "from django.http import HttpRequest",
        "from django.http.request import HttpRequest",
        "def go(request): ...",
        "from allauth.core import context",
        "import allauth.core",
        "from django import http",
        "import django.http",
        "from django.shortcuts import redirect",
        "from django.contrib import messages",
        "from django.core.handlers.wsgi import WSGIRequest",
    ],
)
def test_one_that_did_would_be_seen(source: str) -> None:
    assert requests_in(source)

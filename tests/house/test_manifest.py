"""`app.json`, from which a platform deploys in one go, says what the settings and the Procfile say"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.house.test_docs import in_the_table
from tests.test_settings import assert_stopped, run

ROOT = Path(__file__).parents[2]
GIVEN = {"DATABASE_URL", "REDIS_URL", "PORT"}  # by the platform and its add-ons
LINE = re.compile(r"#? ?([A-Z][A-Z_]+)(?:_<brand id>)?=(.*)")


@cache
def manifest() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((ROOT / "app.json").read_text())
    return read


def told() -> dict[str, str]:
    """What `.env.example` says of each variable: the comment above it, also above its neighbours."""
    found: dict[str, str] = {}
    comment: list[str] = []
    is_over = True
    for line in (ROOT / ".env.example").read_text().splitlines():
        if variable := LINE.fullmatch(line):
            found.setdefault(variable[1], " ".join(comment))
        elif not line.startswith("# "):
            comment = []
        else:
            comment = [*([] if is_over else comment), line[2:]]
        is_over = bool(variable)
    return found


def test_it_has_every_variable_but_what_the_platform_sets() -> None:
    ours = {name for name in in_the_table() if "<" not in name} - {"ENV_FILE"}
    assert set(manifest()["env"]) == ours - GIVEN
    assert ours > GIVEN


def test_it_describes_each_as_the_example_does() -> None:
    described = {name: one["description"] for name, one in manifest()["env"].items()}
    assert described == {name: text for name, text in told().items() if name in described}
    assert all(described.values())


def needed() -> list[str]:
    return [name for name, one in manifest()["env"].items() if one.get("required", True)]


def test_it_asks_for_what_the_site_does_not_start_without() -> None:
    """All else is the default. The key is invented by the platform."""
    assert {name for name, one in manifest()["env"].items() if "generator" in one} == {"SECRET_KEY"}
    assert "SECRET_KEY" in needed()
    for name in needed():
        assert_stopped(run("-c", "import inbox.wsgi", **{name: None}), name)


def as_deployed() -> dict[str, str | None]:
    """The environment of a platform that got the least that the manifest asks for."""
    platform = {
        "DATABASE_URL": "postgres://inbox:hush@db.example.com:5432/inbox",
        "REDIS_URL": "rediss://:hush@redis.example.com:6380",
        "PORT": "5000",
    }
    env = manifest()["env"]
    preset = {name: one["value"] for name, one in env.items() if "value" in one}
    return {"CACHE_URL": None, "WORKER_BESIDE_WEB": None, **platform, **preset}


def test_the_site_starts_with_no_more_than_that() -> None:
    ended = run("-c", "import inbox.wsgi, inbox.background", **as_deployed())
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@pytest.mark.parametrize("name", ["web", "worker"])
def test_it_runs_what_the_procfile_has(name: str) -> None:
    procfile = dict(
        line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines() if line
    )
    assert set(manifest()["formation"]) == set(procfile) - {"release"}
    assert manifest()["formation"][name]["quantity"] == 1


def test_it_is_of_the_shape_that_platforms_read() -> None:
    """Documented under "app.json Schema" by Heroku; Scalingo and Dokku read the same."""
    assert set(manifest()) <= {
        *("name", "description", "keywords", "website", "repository", "logo", "success_url"),
        *("scripts", "env", "formation", "addons", "buildpacks", "stack", "environments", "image"),
    }
    assert re.fullmatch(r"[a-zA-Z_.-]+", manifest()["name"])
    assert manifest()["addons"] == ["heroku-postgresql", "heroku-redis"]
    for one in manifest()["env"].values():
        assert set(one) <= {"description", "value", "required", "generator"}

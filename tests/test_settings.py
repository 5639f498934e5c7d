"""Each variable of the environment: what it does, and what a wrong value gets."""

import json
import os
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PRODUCTION = dict(
    line.split("=", 1)
    for line in (ROOT / "tests/production.env").read_text().splitlines()
    if line and not line.startswith("#")
)
Ended = subprocess.CompletedProcess[str]


def run(*arguments: str, **changes: str | None) -> Ended:
    """Run Python in the environment of production with these changes; None takes a variable out."""
    given = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, **PRODUCTION, **changes}
    environment = {name: value for name, value in given.items() if value is not None}
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def values(*names: str, **changes: str | None) -> Any:
    """The settings of these names, as the site starts with them."""
    shown = f"import json, inbox.settings as s; print(json.dumps([getattr(s, n) for n in {names}]))"
    ended = run("-c", shown, **changes)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def assert_stopped(ended: Ended, name: str) -> None:
    """It ended with one sentence that names the variable, and nothing else."""
    assert ended.returncode != 0
    lines = ended.stderr.splitlines()
    assert len(lines) == 1, ended.stderr
    assert lines[0].startswith(f"{name} ")
    assert lines[0].endswith(".")
    assert ended.stdout == ""


def test_the_environment_of_production_starts_without_a_word() -> None:
    ended = run("-c", "import inbox.wsgi")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", None),
        ("SECRET_KEY", "  "),
        ("SECRET_KEY", "kGm2uJ7yq0VbZ4nX9tLw3Rc6Hd1Ps8E"),
        ("SECRET_KEY", "abcdefghi" * 6),
        ("SECRET_KEY_FALLBACKS", "kGm2uJ7yq0VbZ4nX9tLw3Rc6Hd1Ps8EaQfBo,changeme"),
        ("DEBUG", "ture"),
        ("DEBUG", "on"),
        ("ALLOWED_HOSTS", None),
        ("ALLOWED_HOSTS", " , "),
        ("PUBLIC_URL", "inbox.example.com"),
        ("PUBLIC_URL", "http://inbox.example.com"),
        ("PUBLIC_URL", "https://[inbox.example.com"),
        ("DATABASE_URL", "bogus"),
        ("DATABASE_URL", "mysql://inbox:secret@localhost/inbox"),
        ("DATABASE_URL", "postgres://inbox:secret@localhost:port/inbox"),
        ("CACHE_URL", "bogus"),
        ("CACHE_URL", "redis://"),
        ("BROKER_URL", "amqp://localhost"),
        ("REDIS_VERIFY", "perhaps"),
        ("POPSELL_API_URL", "bogus"),
        ("POPSELL_API_URL", "https://[bogus/api/v2"),
        ("POPSELL_API_URL", "http://api.example.com/api/v2"),
        ("POPSELL_API_URL", "http://127.0.0.1.example.com/api/v2"),
        ("POPSELL_CONNECT_TIMEOUT", "soon"),
        ("POPSELL_CONNECT_TIMEOUT", "0"),
        ("POPSELL_READ_TIMEOUT", "nan"),
        ("POPSELL_READ_TIMEOUT", "301"),
        ("PORT", "abc"),
        ("PORT", "70000"),
        ("WEB_CONCURRENCY", "0"),
        ("WEB_CONCURRENCY", "²"),
        ("IMAGE_HOSTS", "https://images.popsell.example"),
        ("IMAGE_HOSTS", "images.popsell.example, *.example.com"),
        ("CSRF_TRUSTED_ORIGINS", "inbox.example.com"),
        ("CSRF_TRUSTED_ORIGINS", "http://www.example.com"),
        ("SENTRY_DSN", "http://key@sentry.example.com/1"),
        ("HSTS_PRELOAD", "perhaps"),
        ("POPSELL_ACCESS_TOKEN_abc", "a-token"),
        ("SESSION_DAYS", "0"),
        ("SESSION_DAYS", "soon"),
        ("SESSION_IDLE_DAYS", "0.5"),
        ("SESSION_IDLE_DAYS", "15"),
        ("REQUIRE_MFA", "somebody"),
        ("REQUIRE_MFA", "on"),
        ("REQUIRE_SSO", "everyone"),
        ("REQUIRE_SSO", "on"),
        ("EMAIL_URL", "bogus"),
        ("EMAIL_URL", "smtp://"),
        ("EMAIL_URL", "mailto://host"),
        ("EMAIL_URL", "smtp://host:port"),
        ("EMAIL_FROM", "nobody"),
        ("EMAIL_FROM", "a@b@c"),
        ("EMAIL_FROM", "Inbox <@example.com>"),
    ],
)
def test_a_wrong_value_stops_the_start_and_names_the_variable(name: str, value: str | None) -> None:
    assert_stopped(run("-c", "import inbox.settings", **{name: value}), name)


ADD_ON = "rediss://:hush@redis.example.com:6380"


@pytest.mark.parametrize(
    ("given", "cache", "broker"),
    [
        ({}, None, ""),
        ({"REDIS_URL": ADD_ON}, ADD_ON, f"{ADD_ON}/1"),
        ({"REDIS_URL": " "}, None, ""),
        ({"CACHE_URL": "redis://a/3", "REDIS_URL": ADD_ON}, "redis://a/3", "redis://a/4"),
        ({"CACHE_URL": "redis://a/15"}, "redis://a/15", "redis://a/0"),
        ({"CACHE_URL": "redis://a", "BROKER_URL": "redis://b/2"}, "redis://a", "redis://b/2"),
        ({"BROKER_URL": "redis://b/2"}, None, "redis://b/2"),
    ],
)
def test_which_redis_is_used(given: dict[str, str], cache: str | None, broker: str) -> None:
    caches, told, beside = values(
        "CACHES", "BROKER_URL", "WORKER_BESIDE_WEB", **{"CACHE_URL": None, **given}
    )
    is_redis = caches["default"]["BACKEND"].endswith("RedisCache")
    assert (caches["default"]["LOCATION"] if is_redis else None) == cache
    assert (told, beside) == (broker, not broker)


@pytest.mark.parametrize("verify", [None, "on", "off"])
@pytest.mark.parametrize("url", [ADD_ON, "redis://a"])
def test_a_certificate_is_checked_unless_it_must_not_be(url: str, verify: str | None) -> None:
    caches, tls = values("CACHES", "BROKER_TLS", CACHE_URL=url, REDIS_VERIFY=verify)
    unverified = verify == "off"
    assert caches["default"]["OPTIONS"] == (
        {"ssl_cert_reqs": "none"} if unverified and url == ADD_ON else {}
    )
    assert tls == {"ssl_cert_reqs": ssl.CERT_NONE if unverified else ssl.CERT_REQUIRED}


def test_a_session_that_is_idle_for_longer_than_it_lasts_stops_the_start() -> None:
    ended = run("-c", "import inbox.settings", SESSION_DAYS="2")
    assert_stopped(ended, "SESSION_IDLE_DAYS")
    assert "at most SESSION_DAYS, which is 2" in ended.stderr
    days = ("SESSION_DAYS", "SESSION_IDLE_DAYS")
    assert values(*days) == [14, 3]
    assert values(*days, SESSION_DAYS="2", SESSION_IDLE_DAYS="2") == [2, 2]


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("DATABASE_URL", "mysql://inbox:hush@localhost/inbox"),
        ("DATABASE_URL", "posgres://inbox:hush@localhost/inbox"),
        ("POPSELL_API_URL", "ftp://inbox:hush@api.example.com"),
        ("PUBLIC_URL", "https://inbox:hush@inbox.example.com/?page=1"),
        ("SENTRY_DSN", "hush@sentry.example.com/1"),
        ("CACHE_URL", "rediss+tls://inbox:hush@cache.example.com"),
    ],
)
def test_no_password_is_repeated_in_the_sentence(name: str, url: str) -> None:
    ended = run("-c", "import inbox.settings", **{name: url})
    assert_stopped(ended, name)
    assert "hush" not in ended.stderr


def test_a_weak_key_is_not_repeated_in_the_sentence() -> None:
    ended = run("-c", "import inbox.settings", SECRET_KEY="a-weak-one")
    assert_stopped(ended, "SECRET_KEY")
    assert "a-weak-one" not in ended.stderr


def test_a_key_of_32_characters_of_which_ten_differ_is_enough() -> None:
    key = "abcdefghij" * 3 + "ab"
    assert values("SECRET_KEY", SECRET_KEY=key) == [key]


def test_on_this_machine_any_key_will_do_and_pages_may_tell_tracebacks() -> None:
    here = {"PUBLIC_URL": "http://localhost:8000", "DEBUG": "on", "SECRET_KEY": "weak"}
    assert values("SECRET_KEY", "DEBUG", **here) == ["weak", True]


def test_debug_is_refused_wherever_others_reach_the_site() -> None:
    ended = run("-c", "import inbox.settings", DEBUG="on", PUBLIC_URL="https://localhost")
    assert_stopped(ended, "DEBUG")


def test_popsell_on_this_machine_may_speak_plain_http() -> None:
    url = "http://127.0.0.1:8001/api/v2"
    assert values("POPSELL_API_URL", POPSELL_API_URL=url) == [url]


def test_lists_lose_their_spaces() -> None:
    hosts, images, origins = values(
        "ALLOWED_HOSTS",
        "IMAGE_HOSTS",
        "CSRF_TRUSTED_ORIGINS",
        ALLOWED_HOSTS=" inbox.example.com , www.example.com,",
        IMAGE_HOSTS="a.example, b.example",
        CSRF_TRUSTED_ORIGINS="https://a.example, https://b.example/",
    )
    assert hosts == ["inbox.example.com", "www.example.com"]
    assert images == ["a.example", "b.example"]
    assert origins == ["https://a.example", "https://b.example"]


def test_a_value_that_starts_with_a_dollar_is_taken_as_it_is() -> None:
    names = ("SECRET_KEY", "POPSELL_ACCESS_TOKEN")
    given = dict.fromkeys(names, "$PATH") | {"PUBLIC_URL": "http://localhost"}
    assert values(*names, **given) == ["$PATH", "$PATH"]


def test_numbers_and_tokens_by_brand() -> None:
    given = {"POPSELL_ACCESS_TOKEN_3": "three", "POPSELL_ACCESS_TOKEN_8": ""}
    names = ("POPSELL_ACCESS_TOKENS", "POPSELL_CONNECT_TIMEOUT", "PORT", "WEB_CONCURRENCY")
    changes = {"POPSELL_CONNECT_TIMEOUT": "0.5", "PORT": "65535", "WEB_CONCURRENCY": "4"}
    assert values(*names, **given, **changes) == [{"3": "three"}, 0.5, 65535, 4]


def test_the_file_is_read_and_real_variables_win(tmp_path: Path) -> None:
    file = tmp_path / "env"
    key = "of the file, 0123456789-0123456789"
    file.write_text(f"SECRET_KEY={key}\nPOPSELL_ACCESS_TOKEN=$of-the-file\nPORT=9000\n")
    names = ("SECRET_KEY", "POPSELL_ACCESS_TOKEN", "PORT")
    changes = {"SECRET_KEY": None, "POPSELL_ACCESS_TOKEN": None, "PORT": "9001"}
    assert values(*names, ENV_FILE=str(file), **changes) == [key, "$of-the-file", 9001]


def test_a_missing_file_is_no_fault(tmp_path: Path) -> None:
    ended = run("-c", "import inbox.settings", ENV_FILE=str(tmp_path / "none"))
    assert (ended.returncode, ended.stderr) == (0, "")


# Where the site is reached

SECURED = (
    "SECURE_SSL_REDIRECT",
    "SECURE_HSTS_SECONDS",
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
)


@pytest.mark.parametrize(
    "url", ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"]
)
def test_plain_http_to_this_machine_turns_the_safeguards_off(url: str) -> None:
    assert values(*SECURED, PUBLIC_URL=url) == [False, 0, False, False]


@pytest.mark.parametrize("url", [None, "https://inbox.example.com", "https://localhost"])
def test_https_keeps_the_safeguards_on(url: str | None) -> None:
    assert values(*SECURED, PUBLIC_URL=url) == [True, 365 * 24 * 3600, True, True]


COOKIES = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME")


def test_cookies_are_bound_to_this_host_wherever_browsers_take_that() -> None:
    assert values(*COOKIES) == ["__Host-session", "__Host-csrf", "__Host-language"]
    plain = values(*COOKIES, PUBLIC_URL="http://localhost:8000")
    assert plain == ["session", "csrf", "language"]


def test_earlier_keys_count_for_what_they_signed() -> None:
    sign = "from inbox import wsgi; from django.core.signing import {0}; print({0}({1!r}))"
    old = {"SECRET_KEY": "an-earlier-key-0123456789-0123456789-0123456789-012"}
    signed = run("-c", sign.format("dumps", "kept"), **old).stdout.strip()
    read = sign.format("loads", signed)
    earlier = f"{old['SECRET_KEY']}-and-before, {old['SECRET_KEY']}"
    assert run("-c", read, SECRET_KEY_FALLBACKS=earlier).stdout == "kept\n"
    assert "BadSignature" in run("-c", read).stderr


@pytest.mark.parametrize(
    ("hosts", "url", "expected"),
    [
        ("inbox.example.com,other.example.com", None, "https://inbox.example.com"),
        (".example.com", None, "https://example.com"),
        ("inbox.example.com", "https://www.example.com/", "https://www.example.com"),
    ],
)
def test_links_point_to_the_first_host_unless_told_otherwise(
    hosts: str, url: str | None, expected: str
) -> None:
    assert values("PUBLIC_URL", ALLOWED_HOSTS=hosts, PUBLIC_URL=url) == [expected]


# Signing in


OIDC = {"OIDC_CLIENT_ID": "inbox", "OIDC_CLIENT_SECRET": "hush"}


@pytest.mark.parametrize("issuer", ["bogus", "http://login.example.com", None])
def test_an_issuer_is_reached_by_https(issuer: str | None) -> None:
    ended = run("-c", "import inbox.settings", OIDC_ISSUER=issuer, **OIDC)
    assert_stopped(ended, "OIDC_ISSUER")
    assert "hush" not in ended.stderr


def test_single_sign_on_is_on_where_all_three_are_set() -> None:
    assert values("SINGLE_SIGN_ON", "SOCIALACCOUNT_PROVIDERS") == [False, {}]
    on, providers = values(
        *("SINGLE_SIGN_ON", "SOCIALACCOUNT_PROVIDERS"),
        OIDC_ISSUER="https://login.example.com/realm/",
        **OIDC,
    )
    (app,) = providers["openid_connect"]["APPS"]
    assert (on, app["client_id"], app["secret"]) == (True, "inbox", "hush")
    assert app["settings"]["server_url"] == "https://login.example.com/realm"
    assert app["settings"]["oauth_pkce_enabled"] is True


def test_single_sign_on_can_be_required_where_it_is_on() -> None:
    ended = run("-c", "import inbox.settings", REQUIRE_SSO="on")
    assert_stopped(ended, "REQUIRE_SSO")
    assert "OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET" in ended.stderr
    issuer = {"OIDC_ISSUER": "https://login.example.com", **OIDC}
    assert values("REQUIRE_SSO", **issuer) == [False]
    assert values("REQUIRE_SSO", REQUIRE_SSO="on", **issuer) == [True]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (None, ["console", "", 25, "", "", False, False]),
        ("smtp://mail.example.com", ["smtp", "mail.example.com", 25, "", "", False, False]),
        (
            "smtp+tls://inbox:p%40ss@mail.example.com:587",
            ["smtp", "mail.example.com", 587, "inbox", "p@ss", True, False],
        ),
        (
            "smtp+ssl://inbox:pass@mail.example.com:465",
            ["smtp", "mail.example.com", 465, "inbox", "pass", False, True],
        ),
    ],
)
def test_mail_goes_where_its_address_says(url: str | None, expected: list[Any]) -> None:
    names = ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL")
    backend, *rest = values("EMAIL_BACKEND", *(f"EMAIL_{name}" for name in names), EMAIL_URL=url)
    assert [backend.split(".")[-2], *rest] == expected


def test_a_mail_servers_password_is_not_repeated() -> None:
    ended = run("-c", "import inbox.settings", EMAIL_URL="smpt://inbox:hush@mail.example.com")
    assert_stopped(ended, "EMAIL_URL")
    assert "hush" not in ended.stderr


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, "Ambassador Inbox <no-reply@inbox.example.com>"),
        ("Maison <inbox@maison.example>", "Maison <inbox@maison.example>"),
        ("inbox@maison.example", "inbox@maison.example"),
    ],
)
def test_mails_are_from_somebody(given: str | None, expected: str) -> None:
    assert values("DEFAULT_FROM_EMAIL", EMAIL_FROM=given) == [expected]


@pytest.mark.parametrize(
    ("given", "expected"), [(None, "none"), ("Managers", "managers"), ("everyone", "everyone")]
)
def test_who_must_have_a_second_factor(given: str | None, expected: str) -> None:
    assert values("REQUIRE_MFA", REQUIRE_MFA=given) == [expected]


# What is needed for what


SERVING = pytest.mark.parametrize(
    "command",
    [
        ("-c", "import inbox.wsgi"),
        ("-m", "gunicorn", "--check-config", "--config", "inbox/gunicorn.conf.py"),
    ],
    ids=["wsgi", "gunicorn"],
)


@SERVING
def test_serving_needs_popsells_address(command: tuple[str, ...]) -> None:
    assert_stopped(run(*command, POPSELL_API_URL=None), "POPSELL_API_URL")


@SERVING
@pytest.mark.parametrize("url", [None, "", "consolemail://"])
def test_serving_others_needs_a_mail_server(command: tuple[str, ...], url: str | None) -> None:
    """The console is the log, where a link lets in who reads it."""
    assert_stopped(run(*command, EMAIL_URL=url), "EMAIL_URL")


@pytest.mark.parametrize("url", [None, "consolemail://"])
def test_on_this_machine_mails_may_be_printed(url: str | None) -> None:
    here = {"PUBLIC_URL": "http://localhost:8000", "EMAIL_URL": url}
    ended = run("-c", "import inbox.wsgi", **here)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_gunicorn_accepts_its_configuration() -> None:
    ended = run("-m", "gunicorn", "--check-config", "--config", "inbox/gunicorn.conf.py")
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize(
    "command", [("migrate", "--plan"), ("collectstatic", "--noinput", "--dry-run")], ids=str
)
def test_other_commands_do_without_popsell_and_mail(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    without = {"POPSELL_API_URL": None, "EMAIL_URL": None}
    database = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    ended = run("manage.py", *command, **without, DATABASE_URL=database)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"DATABASE_URL": "sqlite:////tmp/db.sqlite3"}, "DATABASE_URL"),
        ({"DATABASE_URL": None}, "DATABASE_URL"),
        ({"POPSELL_ACCESS_TOKEN": None}, "POPSELL_ACCESS_TOKEN"),
    ],
)
def test_production_warns_at_the_start_in_one_line(
    changes: dict[str, str | None], named: str
) -> None:
    ended = run("-c", "import inbox.wsgi", **changes)
    (line,) = ended.stdout.splitlines()
    warning = json.loads(line)
    assert warning["level"] == "WARNING"
    assert warning["message"].startswith(named)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_sqlite_on_this_machine_and_a_token_by_brand_are_no_reason_to_warn() -> None:
    changes = {
        "PUBLIC_URL": "http://localhost:8000",
        "DATABASE_URL": "sqlite:////tmp/db.sqlite3",
        "POPSELL_ACCESS_TOKEN": None,
        "POPSELL_ACCESS_TOKEN_3": "three",
    }
    ended = run("-c", "import inbox.wsgi", **changes)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")

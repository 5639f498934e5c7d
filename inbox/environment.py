"""Strict readers of the environment, for `settings.py` alone.

django-environ reads the `.env` file and takes database and cache addresses apart, but it is lenient.
`DEBUG=ture` is False, `A=a, b` keeps the space, `DATABASE_URL=bogus` is `{}`. A value that starts with
`$` is read as the name of another variable. Here a wrong value stops the start.
"""

import os
from email.utils import parseaddr
from typing import Any, NoReturn
from urllib.parse import SplitResult, urlsplit

import environ

TRUE, FALSE = {"1", "on", "true", "yes"}, {"0", "off", "false", "no", ""}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
DATABASES = 16  # of a Redis, unless it was told otherwise
KEY_LENGTH, KEY_VARIETY = 32, 10  # characters of a secret key, and different ones among them


def stop(name: str, why: str) -> NoReturn:
    """End the process with one sentence that names the variable."""
    raise SystemExit(f"{name} {why}")


def text(name: str, default: str = "") -> str:
    """The value without surrounding space; `default` where it is missing or empty."""
    return os.environ.get(name, "").strip() or default


def first(*names: str) -> str:
    """The name of the first of these variables that is set; the first name where none is."""
    return next((name for name in names if text(name)), names[0])


def required(name: str, why: str) -> str:
    return text(name) or stop(name, f"is missing: {why}")


def check_key(name: str, key: str) -> None:
    """Stop where somebody could guess the key, without repeating it."""
    if len(key) < KEY_LENGTH or len(set(key)) < KEY_VARIETY:
        stop(
            name,
            f"must have at least {KEY_LENGTH} characters, {KEY_VARIETY} different ones among them.",
        )


def flag(name: str, default: str = "off") -> bool:
    """on/off, true/false, yes/no, 1/0 in any case; missing is the default."""
    value = (text(name) or default).lower()
    if value not in TRUE | FALSE:
        stop(name, f"must be on or off, not {value!r}.")
    return value in TRUE


def number(name: str, default: int, least: int = 1, most: int = 1_000_000) -> int:
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        stop(name, f"must be a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def seconds(name: str, default: float) -> float:
    """A duration in seconds, more than 0 and at most 300."""
    value = text(name, str(default))
    try:
        duration = float(value)
    except ValueError:
        duration = 0.0
    if not 0 < duration <= 300:  # noqa: PLR2004 - stated in the docstring and in the sentence below
        stop(name, f"must be seconds, more than 0 and at most 300, not {value!r}.")
    return duration


def choice(name: str, *options: str) -> str:
    """One of these words, in any case; the first where the variable is missing."""
    value = text(name, options[0]).lower()
    if value not in options:
        stop(name, f"must be {', '.join(options[:-1])} or {options[-1]}, not {value!r}.")
    return value


def names(name: str, default: str = "") -> list[str]:
    """A list separated by commas, without the spaces around them."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def numbered(prefix: str) -> dict[int, str]:
    """The values of all variables named `prefix` and a whole number, by that number."""
    found = {name.removeprefix(prefix): name for name in os.environ if name.startswith(prefix)}
    for ending, name in found.items():
        if not (ending.isascii() and ending.isdigit()):
            stop(name, f"must end with a brand's number, as {prefix}3 does.")
    return {int(ending): text(name) for ending, name in found.items() if text(name)}


def address(name: str, value: str) -> str:
    """`value` checked as an http(s) address of a host, without a final slash."""
    parts = parsed(value)
    whole = parts is not None and parts.hostname and not parts.query and not parts.fragment
    if parts is None or parts.scheme not in {"http", "https"} or not whole:
        repeated = "" if "@" in value else f", not {value!r}"  # before it may stand a password
        stop(name, f"must be an http:// or https:// address{repeated}.")
    return value.rstrip("/")


def secure(name: str, value: str) -> str:
    """As `address`, and https unless it is this very machine."""
    if urlsplit(address(name, value)).scheme == "http" and not is_loopback(value):
        stop(name, "must begin with https:// (http:// only for this machine itself).")
    return address(name, value)


def together(*names: str) -> bool:
    """Whether these variables are set: all of them or none."""
    missing = [name for name in names if not text(name)]
    if missing and len(missing) < len(names):
        stop(missing[0], f"is missing: {', '.join(names)} are set together or not at all.")
    return not missing


def parsed(value: str) -> SplitResult | None:
    """The parts of an address; None where it is invalid, its port included."""
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises where it is no port
    except ValueError:
        return None
    return parts


def is_loopback(url: str) -> bool:
    """Whether `url` is plain http to this very machine."""
    return urlsplit(url).scheme == "http" and urlsplit(url).hostname in LOOPBACK


def cookie(name: str, *, on_loopback: bool) -> str:
    """The cookie's name, which binds it to https, this very host and all paths.

    Plain on loopback: a browser need not take such a cookie over plain http.
    """
    return name if on_loopback else f"__Host-{name}"


def database(name: str, default: str) -> dict[str, Any]:
    """Django's settings of the database at this address."""
    value = text(name, default)
    parts = parsed(value)
    if parts is None or parts.scheme not in {"sqlite", "postgres", "postgresql"}:
        stop(name, "must be an address such as postgres://user:password@host:5432/name.")
    config: dict[str, Any] = environ.Env.db_url_config(value)
    if parts.scheme != "sqlite" and not (parts.hostname and config.get("NAME")):
        stop(name, "must be an address such as postgres://user:password@host:5432/name.")
    return config


def cache(name: str, *, verify: bool) -> dict[str, Any] | None:
    """Django's settings of the Redis at this address; None where the variable is missing.

    `verify`: whether its certificate must be signed by somebody known.
    """
    if not (value := redis(name, "redis://host:6379/0")):
        return None
    unverified = {"ssl_cert_reqs": "none"} if is_encrypted(value) and not verify else {}
    backend = "inbox.caches.redis_cache.RedisCache"
    return {"BACKEND": backend, "LOCATION": value, "OPTIONS": unverified}


def broker(name: str, cache_name: str) -> str:
    """The Redis through which the worker gets its tasks; empty where neither variable names one.

    Beside the cache they lie in another database, so that emptying the one keeps the other.
    """
    value = redis(name, "redis://host:6379/1")
    parts = parsed(text(cache_name))
    if value or parts is None or not parts.hostname:
        return value
    number = parts.path.strip("/")
    if (number and not (number.isascii() and number.isdigit())) or "db=" in parts.query:
        stop(name, f"is missing: {cache_name} has no database number that another could follow.")
    return parts._replace(path=f"/{(int(number or 0) + 1) % DATABASES}").geturl()


def redis(name: str, example: str) -> str:
    """The address of a Redis; empty where the variable is missing."""
    value = text(name)
    parts = parsed(value)
    if value and (parts is None or parts.scheme not in {"redis", "rediss"} or not parts.hostname):
        stop(name, f"must be an address such as {example}.")
    return value


def is_encrypted(redis_url: str) -> bool:
    return urlsplit(redis_url).scheme == "rediss"


MAIL = {"consolemail", "smtp", "smtps", "smtp+tls", "smtp+ssl"}


def mail(name: str, default: str) -> dict[str, Any]:
    """Django's settings of the mail server at this address."""
    value = text(name, default)
    parts = parsed(value)
    known = parts is not None and parts.scheme in MAIL
    if parts is None or not known or not (parts.hostname or parts.scheme == "consolemail"):
        stop(
            name, "must be an address such as smtp+tls://user:password@host:587 or consolemail://."
        )
    config: dict[str, Any] = environ.Env.email_url_config(value)
    return config


def sender(name: str, default: str) -> str:
    """An e-mail address, alone or as `Name <address>`."""
    value = text(name, default)
    _name, found = parseaddr(value)
    whole = found.count("@") == 1 and all(found.split("@")) and found in value
    if not whole or not value.isprintable() or " " in found:
        stop(name, f"must be an e-mail address, alone or as Name <address>, not {value!r}.")
    return value

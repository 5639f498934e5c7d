"""Reads beforehand what the first pages of a process would wait for: a third of a second each."""

import gc

from django.conf import settings
from django.template import engines
from django.urls import get_resolver
from django.utils import translation

DAILY = ("ambassadors/", "attention/", "chatroom/", "components/", "inbox/", "base.", "regions.")
"""How the templates begin that are looked at all day; others are compiled when they are needed."""


def warm_up() -> None:
    """Compile templates, and the addresses in each language, in the process that forks the workers."""
    made = vars(engines["jinja2"])["env"]
    for name in made.list_templates(filter_func=lambda name: name.startswith(DAILY)):
        made.get_template(name)
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            _ = get_resolver().reverse_dict  # made when it is first asked for


def share_memory() -> None:
    """Keep what was read until now out of garbage collection, right before workers are forked.

    It would touch all of it. So workers share it: each takes half as much memory for itself.
    """
    gc.collect()
    gc.freeze()

"""Settings of contender (m): our site, with one more page that says who asks and nothing else."""

from tests.stack.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.minimal_urls"

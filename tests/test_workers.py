"""Signs of life of the worker, as the pages read them"""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from inbox import workers
from inbox.models import WorkerBeat
from tests.conftest import Later

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings: Settings, tmp_path: Path) -> None:
    settings.BROKER_FOLDER = str(tmp_path)


def another(folder: str = "b" * 32, **ago: float) -> WorkerBeat:
    """A worker of another process that beat so long ago."""
    then = timezone.now() - timedelta(**ago)
    return WorkerBeat.objects.create(name=f"{then}"[:32], folder=folder, began=then, beat_at=then)


def test_before_the_first_there_is_none() -> None:
    assert workers.last_beat() is None
    assert workers.is_silent(workers.last_beat())
    assert not workers.are_apart()


def test_a_process_has_one_row(later: Later) -> None:
    workers.beat()
    first = WorkerBeat.objects.get()
    later(15)
    workers.beat()
    second = WorkerBeat.objects.get()
    assert (first.name, first.folder, first.began) == (second.name, second.folder, second.began)
    assert workers.last_beat() == second.beat_at > first.beat_at


def test_after_a_minute_it_is_silent(later: Later) -> None:
    workers.beat()
    later(59)
    assert not workers.is_silent(workers.last_beat())
    later(61)
    assert workers.is_silent(workers.last_beat())
    workers.beat()
    assert not workers.is_silent(workers.last_beat())


def test_a_clock_that_was_ahead_is_no_sign_of_life() -> None:
    another(hours=-3)
    assert workers.last_beat() is None
    assert workers.is_silent(workers.last_beat())
    another(minutes=-2)  # as clocks of two machines may differ
    assert not workers.is_silent(workers.last_beat())


def test_who_was_silent_for_a_day_is_forgotten() -> None:
    another(hours=25)
    kept = another(hours=23)
    workers.beat()
    assert WorkerBeat.objects.count() == 2
    assert WorkerBeat.objects.filter(pk=kept.pk).exists()


def test_two_folders_are_two_machines(tmp_path: Path, settings: Settings) -> None:
    workers.beat()
    another(seconds=30, folder=(tmp_path / "name").read_text())
    assert not workers.are_apart()
    another(seconds=61)
    assert not workers.are_apart()
    another(seconds=20)
    assert workers.are_apart()


def test_with_redis_machines_are_together(settings: Settings) -> None:
    settings.BROKER_FOLDER = ""
    workers.beat()
    another(seconds=10, folder="")
    assert not workers.are_apart()


@pytest.mark.parametrize("left", [b"", b"half", b"\xff" * 32, b"g" * 32, b"a" * 33])
def test_a_broken_name_of_the_folder_is_made_anew(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "name").write_bytes(left)
    workers.beat()
    name = WorkerBeat.objects.get().folder
    assert (tmp_path / "name").read_text() == name
    assert len(name) == 32
    assert {one.name for one in tmp_path.iterdir()} == {"name", "tasks"}
    assert (tmp_path / "name").stat().st_mode & 0o777 == 0o600

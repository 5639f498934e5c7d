"""Forget a person at Popsell.

python manage.py erase_person 4711 --brand 3
    [--name NAME] [--chatroom ID] [--delete-note ID] [--delete-draft ID] [--dry-run]
"""

from collections.abc import Iterable
from datetime import datetime
from time import sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inbox import forgetting
from inbox.chatrooms import erasing, leftovers
from inbox.chatrooms.erasing import Person
from inbox.models import Brand, Note, NoteDraft
from inbox.process import outages

LARGEST_ID = 2**63 - 1


class Command(BaseCommand):
    help = (
        "Forget a person at Popsell: drop what the cache keeps of the brand, their pins, their flags "
        "and their rows of the index. "
        "Notes of the team, and drafts of such, that may name them are listed, and emptied where "
        "--delete-note and --delete-draft say so. "
        "The trail stays. Erase them at Popsell first: what it still tells is read again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("person", type=int, help="Popsell's id of the person")
        parser.add_argument("--brand", type=int, required=True, help="Popsell's id of the brand")
        parser.add_argument(
            "--name", action="append", default=[], help="a name to look for in notes; repeatable"
        )
        parser.add_argument(
            "--chatroom",
            action="append",
            default=[],
            type=int,
            metavar="ID",
            help="a conversation in which they took part, to find notes on it; repeatable",
        )
        parser.add_argument(
            "--delete-note",
            action="append",
            default=[],
            type=int,
            metavar="ID",
            help="empty this note, as listed by an earlier run; repeatable",
        )
        parser.add_argument(
            "--delete-draft",
            action="append",
            default=[],
            type=int,
            metavar="ID",
            help="empty this note that is not finished, as listed; repeatable",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def handle(self, *args: Any, **options: Any) -> None:
        self.done: list[str] = []
        try:
            self._handle(options)
        except Exception as failure:
            if subject := outages.subject_of(failure):
                raise CommandError(self._left_undone(subject, failure)) from None
            raise

    def _handle(self, options: dict[str, Any]) -> None:
        person = _person(options)
        self.zone = person.brand.zone
        leftovers.bring_over()  # else nobody finds what the release before still writes
        to_empty = _notes(person, options["delete_note"])
        unfinished = _drafts(person, options["delete_draft"])
        known = erasing.look_up(person, options["name"])
        self._tell_of_popsell(person, known)
        self._tell_of_earlier(person)
        # Before anything goes: flags and kept pages tell where the person took part.
        rooms = erasing.find_rooms(person, known, options["chatroom"])
        notes = erasing.find_notes(person, rooms, known.ways)
        drafts = erasing.find_drafts(person, rooms, known.ways)
        emptied = {one.pk for one in to_empty}
        left = [one for one in drafts if one not in unfinished]
        self._say(f"Conversations: {len(rooms)} are known in which they take part.")
        self._list(person, [one for one in notes if one.pk not in emptied], known, left)
        if options["dry_run"]:
            self._tell_what_would_go(person, known)
        else:
            noted = {one.chatroom for one in notes} | {one.chatroom for one in drafts}
            self._erase(person, known, noted & rooms, to_empty, unfinished)
        verb = "would be emptied" if options["dry_run"] else "emptied"
        self._tell_of_notes(len(emptied), len(unfinished), verb)
        self._tell_of_trail(person)

    def _erase(
        self,
        person: Person,
        known: erasing.Known,
        noted: set[int],
        to_empty: list[Note],
        unfinished: list[NoteDraft],
    ) -> None:
        went = erasing.begin(person, noted, known.ways)
        self._say(f"Pins: {went.pins} deleted. Flags: {went.flags} deleted.")
        self._say(f"The desk's history: {went.titles} lines blanked.")
        self._say(f"The index: {went.indexed} rows deleted.")
        self.done.append("pins and flags")
        dropped = erasing.drop_pages(person.brand)
        wait = forgetting.settled_after().total_seconds()
        self._say(f"Waiting {wait:g} seconds for answers that are on their way.")
        sleep(wait)
        dropped += erasing.drop_pages(person.brand)
        self._say(f"Cache: {dropped} entries dropped, all that can be of the brand.")
        self.done.append("the cache")
        erasing.finish(person, to_empty, unfinished)
        self.done.append("notes and the record")

    def _left_undone(self, subject: str, failure: BaseException) -> str:
        steps = ["pins and flags", "the cache", "notes and the record"]
        left = ", ".join(step for step in steps if step not in self.done)
        said = f"The {subject} can't be used ({outages.kind(failure)})."
        if not left:
            return f"{said} All was erased, but not all is told: run it again."
        done = f" Done: {', '.join(self.done)}." if self.done else ""
        return f"{said}{done} Not done: {left}. Run it again."

    # What is told

    def _tell_of_popsell(self, person: Person, known: erasing.Known) -> None:
        match known.at_popsell:
            case False:
                self._say(f"Popsell tells nothing of {person.id}.")
            case True:
                self._say(
                    f"WARNING: Popsell still tells of {person.id}. Erase them there first: what it "
                    "tells is read again with the next page."
                )
            case None:
                self._say(
                    "Popsell could not be asked. Erase them there first: what it tells is read again."
                )
        if not known.ways:
            self._say("No name is known: give it with --name to find notes that hold it.")

    def _tell_of_earlier(self, person: Person) -> None:
        if erasing.has_begun(person):
            self._say("An earlier run began and did not end, or goes on.")

    def _tell_what_would_go(self, person: Person, known: erasing.Known) -> None:
        pins, flags = len(erasing.find_pins(person)), erasing.count_flags(person)
        self._say(f"Pins: {pins} would be deleted. Flags: {flags} would be deleted.")
        titles = len(erasing.find_titles(person, known.ways))
        self._say(f"The desk's history: {titles} lines would be blanked.")
        self._say(f"The index: {erasing.count_indexed(person)} rows would be deleted.")
        self._say("Cache: all entries that can be of the brand would be dropped.")

    def _tell_of_notes(self, notes: int, drafts: int, verb: str) -> None:
        if notes:
            self._say(f"Notes: {notes} {verb}.")
        if drafts:
            self._say(f"Drafts of notes: {drafts} {verb}.")

    def _tell_of_trail(self, person: Person) -> None:
        count = erasing.count_records(person)
        self._say(
            f"The trail: {count} records name the id and no name. They stay until prune_activity "
            "deletes them, since they prove who saw what."
        )

    def _list(
        self, person: Person, notes: list[Note], known: erasing.Known, drafts: list[NoteDraft]
    ) -> None:
        if notes or drafts:
            self._say("Notes that may tell of the person. Look at them, then run this again:")
        for note in notes:
            self._say_what(f"--delete-note {note.pk}", note, note.written, note.member_name)
        for draft in drafts:
            writer = str(draft.member.user)
            self._say_what(f"--delete-draft {draft.pk}", draft, draft.saved, writer)
        codes = erasing.find_codes(person, known.ways)
        if codes:
            self._say("Names of codes that may name the person. A manager changes them:")
        for code in codes:
            beside = f" ({_harmless(code.words)})" if code.words else ""
            said = f'{code.kind} {_harmless(code.code)}, "{_harmless(code.name)}"{beside}'
            self._say(f"  /brands/{person.brand.pk}/codes/   {said}")

    def _say_what(self, option: str, one: Note | NoteDraft, when: datetime, writer: str) -> None:
        day = timezone.localtime(when, self.zone).strftime("%Y-%m-%d")
        where = f"conversation {one.chatroom}, {day}, {writer}"
        self._say(f'  {option}   {where}: "{_harmless(one.text)}"')

    def _say(self, line: str) -> None:
        self.stdout.write(line)


def _person(options: dict[str, Any]) -> Person:
    brand = Brand.objects.filter(pk=options["brand"]).first()
    if brand is None:
        raise CommandError(f"There is no brand {options['brand']}.")
    if not 0 < options["person"] <= LARGEST_ID:
        raise CommandError(f"{options['person']} is no id of a person.")
    if wrong := [id_ for id_ in options["chatroom"] if not 0 < id_ <= LARGEST_ID]:
        raise CommandError(f"{wrong[0]} is no id of a conversation.")
    return Person(brand, options["person"])


def _notes(person: Person, ids: Iterable[int]) -> list[Note]:
    """The notes of these numbers; those that are empty already are left out."""
    found = Note.objects.filter(brand=person.brand, pk__in=_possible(ids)).order_by("id")
    _check_all(found, ids, "note")
    return [one for one in found if one.text]


def _drafts(person: Person, ids: Iterable[int]) -> list[NoteDraft]:
    """As `_notes`, of notes that are not finished."""
    found = NoteDraft.objects.filter(member__brand=person.brand, pk__in=_possible(ids))
    _check_all(found, ids, "draft")
    return [one for one in found.order_by("id") if one.text]


def _possible(ids: Iterable[int]) -> list[int]:
    return [id_ for id_ in set(ids) if 0 < id_ <= LARGEST_ID]


def _check_all(found: Iterable[Note | NoteDraft], ids: Iterable[int], kind: str) -> None:
    missing = set(ids) - {one.pk for one in found}
    if missing:
        raise CommandError(f"The brand has no {kind} {', '.join(map(str, sorted(missing)))}.")


def _harmless(text: str) -> str:
    """The text without characters that move a terminal's cursor or turn the direction of writing."""
    return "".join(one if one.isprintable() else "�" for one in text)

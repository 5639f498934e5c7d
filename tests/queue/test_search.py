"""The search of the index, on whichever database runs: what it finds, and what it stands on."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import count, product
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Model, QuerySet
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from inbox.chatrooms import index_facts
from inbox.models import Brand, IndexedAmbassador, IndexedChatroom
from inbox.models.index import OLDER
from inbox.queue import search, search_index
from inbox.queue.search import Refusal
from inbox.queue.search_index import Means
from inbox.text import spelling
from tests.support.runs import many

ON_POSTGRES = connection.vendor == "postgresql"
AT = datetime(2026, 11, 1, tzinfo=UTC)
LIVE = pytest.mark.django_db(transaction=True)  # PostgreSQL makes indexes in no transaction

numbers = count(50_001)


def folded(name: str, texts: str = "") -> str:
    """As the index holds it."""
    words = index_facts.fold(texts)
    return f"{index_facts.fold(name)}\n{words}" if words else index_facts.fold(name)


def a_row(name: str, texts: str = "", **facts: Any) -> IndexedChatroom:
    usual = {"brand_id": 3, "chatroom": next(numbers), "ambassador": 100, "facts_at": AT}
    return IndexedChatroom(name=name, search=folded(name, texts), **usual | facts)


def add(*names: str, **facts: Any) -> None:
    IndexedChatroom.objects.bulk_create([a_row(name, **facts) for name in names])


def rows(words: str, brand_id: int = 3) -> QuerySet[IndexedChatroom]:
    found = search.find_chatrooms(brand_id, words)
    assert not isinstance(found, Refusal), found
    return found


def names(words: str, brand_id: int = 3) -> list[str]:
    return sorted(rows(words, brand_id).values_list("name", flat=True))


@pytest.fixture
def beginnings(
    transactional_db: None, brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A database without trigrams."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(search_index.COLUMNS, Means.TRIGRAMS, "search no_such_ops")
        patch.setitem(search_index.TOKENS, Means.TRIGRAMS, "tokenize='no such'")
        search_index.remove(connection)
        assert search_index.build(connection) == Means.BEGINNINGS
        yield
    assert search_index.build(connection) == Means.TRIGRAMS


# What is found


def test_the_database_of_the_tests_has_trigrams(db: None) -> None:
    """All migrations ran. One that makes a table anew on SQLite has to call `search_index.build`."""
    assert [search_index.means(model) for model in search_index.MODELS] == [Means.TRIGRAMS] * 2


@pytest.mark.parametrize(
    "words",
    [
        *("Sofia Duarte", "duarte sofia", "SOFIA", "sofía", "ofi", "duart", "duarte s"),
        *("Sofia-Duarte", "sofia, duarte!", "du sofia", "  sofia  ", "sofia sofia"),
    ],
)
def test_a_name_is_found(brand: Brand, words: str) -> None:
    add("Sofia Duarte", "Sophie Durand", "Marc Petit")
    assert names(words) == ["Sofia Duarte"]


@pytest.mark.parametrize(
    "words", ["sofia ua", "sofia durand", "sofiaduarte", "sofia duarte x", "xyz", "sofia 12"]
)
def test_every_word_must_be_there(brand: Brand, words: str) -> None:
    add("Sofia Duarte", "Sophie Durand")
    assert names(words) == []


def test_words_of_texts_are_found_beside_the_name(brand: Brand) -> None:
    add("Léa Moreau", texts="Où est mon colis ? Commande 4711")
    for words in ("colis", "moreau commande", "ommand", "lea 4711", "lea co", "lea où"):
        assert names(words) == ["Léa Moreau"], words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        *(("Søren Ørsted", "soren"), ("Søren Ørsted", "ørs"), ("Jürgen Groß", "gross")),
        *(("Дмитрий Жуков", "жуков"), ("Дмитрий Жуков", "МИТР"), ("Νίκος", "νικ")),
        *(("陈伟", "陈伟"), ("田中さくら", "田中"), ("田中さくら", "さくら"), ("김민준", "김민")),
    ],
)
def test_other_alphabets(brand: Brand, name: str, words: str) -> None:
    add(name, "Marie Petit")
    assert names(words) == [name]


@pytest.mark.parametrize("words", ["so", "s", "so du", "жу", "陈"])
def test_too_short(brand: Brand, words: str) -> None:
    add("Sofia Duarte", "陈伟")
    assert search.find_chatrooms(3, words) is Refusal.TOO_SHORT
    assert search.find_ambassadors(3, words) is Refusal.TOO_SHORT


@pytest.mark.parametrize("words", ["", "  ", "!?", "%", "*", "\0", "🙂"])
def test_no_words(brand: Brand, words: str) -> None:
    add("Sofia Duarte", "陈伟")
    assert search.find_chatrooms(3, words) is Refusal.NO_WORDS
    assert search.find_ambassadors(3, words) is Refusal.NO_WORDS
    assert search.page(3, words) is Refusal.NO_WORDS


def listed_for(words: str) -> list[str]:
    found = search.page(3, words)
    assert not isinstance(found, Refusal), found
    return [one.name for one in found.rows]


def test_names_come_first_then_words_then_parts_of_words(brand: Brand) -> None:
    """Whatever needs attention, which decides between those that hold the words alike."""
    add("Eleanor", rank=10, since=AT)
    add("Bo", texts="Please, could you help?", rank=20, since=AT)
    add("Cy", texts="My lead and my leather", rank=90, since=AT)
    add("Dee Leandro", "Léa Martin")
    add("Léa Nord", rank=30, since=AT)
    assert listed_for("lea") == ["Léa Nord", "Léa Martin", "Dee Leandro", "Cy", "Eleanor", "Bo"]
    assert listed_for("lea mar") == ["Léa Martin"]


def test_names_are_among_the_first_however_many_hold_the_word(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than a page of them needs more attention, and more than are told."""
    monkeypatch.setattr(search, "MOST", 30)
    monkeypatch.setattr(search, "PRESSING", 30)
    add(*(f"Bo {n}" for n in range(40)), texts="a custom order", rank=10, since=AT)
    add("Tom Reed")
    assert listed_for("tom")[0] == "Tom Reed"


def test_words_may_stand_in_the_ambassadors_name(brand: Brand) -> None:
    for number, name in ((100, "Camille Bernard"), (101, "Sofia Blanc")):
        IndexedAmbassador.objects.create(
            brand=brand, ambassador=number, name=name, search=index_facts.fold(name)
        )
    add("Sofia Duarte", "Emma Petit")
    add("Anna Duarte", ambassador=101)
    add("Sofia Reed", texts="Camille told me", ambassador=101)
    assert names("sofia camille") == ["Sofia Duarte", "Sofia Reed"]
    assert listed_for("sofia camille")[0] == "Sofia Duarte"
    assert names("duarte bernard") == ["Sofia Duarte"]
    assert names("sofia duarte") == ["Anna Duarte", "Sofia Duarte"]
    assert names("emma camille bernard petit") == ["Emma Petit"]
    assert names("camille bernard") == []  # all of an ambassador's: the ambassadors tell


def test_whose_names_have_most_of_the_words_are_looked_at_first(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "HOLDERS", 2)
    for number, name in enumerate(("Anna", "Alix", "Axel", "Camille Bernard"), 101):
        IndexedAmbassador.objects.create(
            brand=brand, ambassador=number, name=name, search=index_facts.fold(name)
        )
    add("Sofia Duarte", texts="a gift", ambassador=104)
    assert names("duarte camille a bernard") == ["Sofia Duarte"]


def test_of_words_that_are_nowhere_together_those_are_told_that_find_something(
    brand: Brand,
) -> None:
    add("Léa Nord", "Marie Petit")
    assert search.find_alone(3, "Léa zanzibar lea so marie") == ("lea", "marie")
    assert search.find_alone(3, "lea") == ()


def test_who_has_no_name_is_found_by_what_they_are_called(brand: Brand) -> None:
    add("", chatroom=4, other=3612, status="8")
    add("", chatroom=5, other=99, status="8")
    for asked in ("Visitor 3612", "3612", "visitor 3612"):
        assert list(rows(asked).values_list("chatroom", flat=True)) == [4], asked
    assert search.find_chatrooms(3, "visitor") is not Refusal.TOO_SHORT


def test_a_short_number_is_looked_for_as_a_number_alone(brand: Brand) -> None:
    add("Sofia Duarte", texts="ma belle-mère, 60 ans", rank=10, since=AT)
    assert search.page(3, "60") is Refusal.TOO_SHORT
    assert search.page(3, "39 98") is Refusal.TOO_SHORT
    assert listed_for("60 ans") == ["Sofia Duarte"]
    add("Emma Petit", chatroom=60)
    assert listed_for("60") == ["Emma Petit"]


@pytest.mark.parametrize(
    "words",
    [
        *("so%ia", "so_ia", "s%a sofia%x", "sofia* OR marc", "sofia AND marc", "NEAR(sofia marc)"),
        *("sofia NOT marc", "search:sofia marc", "^marc sofia", "sofia:* & marc", "-sofia marc"),
        *("'||'marc sofia", "{sofia marc}", "sofia | marc", "\ud800sofia marc", "sofia\0marc"),
    ],
)
def test_what_means_something_to_a_database_finds_nothing_else(brand: Brand, words: str) -> None:
    add("Sofia Duarte", "Marc Petit")
    found = search.find_chatrooms(3, words)
    assert isinstance(found, Refusal) or not found.exists()


@pytest.mark.parametrize(
    "words",
    ["%sofia", "sofia_", '"sofia', "sofia\\", "sofia*", "(sofia", "'sofia", "sofia:", "so\0fia"],
)
def test_signs_in_a_question_are_not_looked_for(brand: Brand, words: str) -> None:
    add("Sofia Duarte", "Marc Petit")
    assert names(words) == ["Sofia Duarte"]


def test_very_long_questions(brand: Brand) -> None:
    add("Sofia Duarte", "x" * 190)
    assert names("sofia " * 10_000) == ["Sofia Duarte"]
    assert names("x" * 190) == ["x" * 190]
    assert names("9" * 10_000) == []
    assert names(" ".join(f"word{chr(97 + n % 26)}" for n in range(100))) == []


def test_other_brands_rows_are_never_found(brand: Brand, other_brand: Brand) -> None:
    add("Sofia Duarte", chatroom=4711)
    add("Sofia Berg", brand_id=8, chatroom=4711)
    assert names("sofia") == ["Sofia Duarte"]
    assert names("4711") == ["Sofia Duarte"]
    assert names("sofia", brand_id=8) == ["Sofia Berg"]
    assert names("sofia", brand_id=9) == []


# Numbers


def test_a_number_finds_its_conversation_and_texts(brand: Brand) -> None:
    add("Sofia Duarte", chatroom=30_001)
    add("Léa Moreau", texts="about 30001", chatroom=5)
    add("Marc Petit", texts="about 300017", chatroom=300_010)
    assert names("30001") == ["Léa Moreau", "Marc Petit", "Sofia Duarte"]
    assert names("30001 sofia") == names("duarte 30001") == ["Sofia Duarte"]
    assert names("#5") == ["Léa Moreau"]
    assert names("5 mor") == names("5 m") == ["Léa Moreau"]
    assert names("5 sofia") == names("5 s") == []
    assert names("0030001") == ["Sofia Duarte"]


@pytest.mark.parametrize("words", [str(2**63), "9" * 100, "٣٠٠٠١٢٣" * 9])
def test_numbers_that_no_database_takes(brand: Brand, words: str) -> None:
    add("Sofia Duarte", texts=words)
    assert names(words) == ["Sofia Duarte"]


def test_ambassadors(brand: Brand, other_brand: Brand) -> None:
    who = [(3, 100, "Léa Moreau"), (3, 101, "Inès Leroy"), (8, 102, "Léa Berg")]
    IndexedAmbassador.objects.bulk_create(
        IndexedAmbassador(brand_id=b, ambassador=id_, name=name, search=folded(name))
        for b, id_, name in who
    )

    def found(words: str) -> list[int]:
        answer = search.find_ambassadors(3, words)
        assert not isinstance(answer, Refusal)
        return list(answer.order_by("ambassador").values_list("ambassador", flat=True))

    assert found("moreau lea") == found("rea") == found("100") == [100]
    assert found("lero") == found("101 ines") == [101]
    assert found("berg") == found("102") == []


# Any words in any rows

WORDS = st.one_of(
    st.sampled_from(
        ["marie", "ma", "m", "anne", "nne", "le", "12", "123", "50001", "陈伟", "陈", "伟陈", "жук"]
    ),
    st.text("abé1陈ж", min_size=1, max_size=4),
)
PHRASES = st.lists(WORDS, max_size=4).map(" ".join)
ROWS = st.lists(st.tuples(PHRASES, PHRASES, st.integers(1, 130)), max_size=8)


def is_expected(row: IndexedChatroom, words: str, *, anywhere: bool) -> bool:
    """As the module's first lines say it."""
    asked, held = spelling.fold(words).split(), row.search.split()

    def in_text(word: str) -> bool:
        if anywhere and len(word) >= 3:
            return any(word in one for one in held)
        return any(one.startswith(word) for one in held)

    def leads(word: str) -> bool:
        return len(word) >= 3 or (len(word) == 2 and word[0] >= "\u4e00")

    mine = [word for word in asked if word.isdecimal() and int(word) == row.chatroom]
    if not (mine or any(map(leads, asked))):
        return False
    return all(word in mine or in_text(word) for word in asked)


def agree(held: list[tuple[str, str, int]], words: str, *, anywhere: bool) -> None:
    IndexedChatroom.objects.all().delete()
    made = [
        a_row(name, texts, chatroom=chatroom, ambassador=place)
        for place, (name, texts, chatroom) in enumerate(held)
    ]
    IndexedChatroom.objects.bulk_create(made)
    expected = {row.ambassador for row in made if is_expected(row, words, anywhere=anywhere)}
    found = search.find_chatrooms(3, words)
    if isinstance(found, Refusal):
        assert not expected
    else:
        assert set(found.values_list("ambassador", flat=True)) == expected


@given(ROWS, PHRASES)
@examples(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=many(500),
    deadline=None,
)
def test_it_finds_what_is_contained(
    brand: Brand, held: list[tuple[str, str, int]], words: str
) -> None:
    agree(held, words, anywhere=True)


@given(ROWS, PHRASES)
@examples(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=many(300),
    deadline=None,
)
def test_it_finds_what_begins_so(
    beginnings: None, held: list[tuple[str, str, int]], words: str
) -> None:
    agree(held, words, anywhere=False)


# Rows that change


def test_upserts(brand: Brand) -> None:
    add("Sofia Duarte", "Marc Petit", "Nobody")
    first, second, third = IndexedChatroom.objects.order_by("id")
    first.name, first.search = "Eva Lang", folded("Eva Lang")
    second.search = ""
    for row in (first, second, third):
        row.pk = None
    IndexedChatroom.objects.bulk_create(
        [first, second, third, a_row("Sofia Novak")],
        update_conflicts=True,
        update_fields=["name", "search"],
        unique_fields=["brand", "chatroom", "ambassador"],
    )
    assert names("sofia") == ["Sofia Novak"]
    assert names("lang") == ["Eva Lang"]
    assert names("petit") == []
    assert names("nobody") == ["Nobody"]


def test_blanked_rows_are_not_found_by_their_old_name(brand: Brand) -> None:
    add("Sofia Duarte", "Sofia Novak")
    blanked = IndexedChatroom.objects.get(name="Sofia Duarte")
    IndexedChatroom.objects.filter(pk=blanked.pk).update(name="", search="")
    assert names("duarte") == []
    assert names("sofia") == ["Sofia Novak"]
    IndexedChatroom.objects.filter(pk=blanked.pk).update(name="Eva", search="eva")
    assert names("eva") == ["Eva"]
    IndexedChatroom.objects.filter(pk=blanked.pk).update(name="Ida", search="ida")
    assert names("ida") == ["Ida"]
    assert names("eva") == []


def test_deleted_rows_and_brands(brand: Brand, other_brand: Brand) -> None:
    add("Sofia Duarte", "Sofia Novak", "Marc Petit")
    add("Sofia Berg", brand_id=8)
    IndexedChatroom.objects.filter(name="Sofia Duarte").delete()
    assert names("sofia") == ["Sofia Novak"]
    other_brand.delete()
    assert names("sofia", brand_id=8) == []
    IndexedChatroom.objects.all()._raw_delete("default")
    add("Sofia Lang")  # may get the id of one that went
    assert names("sofia") == ["Sofia Lang"]
    assert names("novak") == names("petit") == []


@LIVE
def test_emptied_tables(brand: Brand, django_db_blocker: Any) -> None:
    """As the tests' own clean-up empties them."""
    from django.core.management.color import no_style  # noqa: PLC0415

    add("Sofia Duarte")
    table = IndexedChatroom._meta.db_table
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), [table]))
    add("Marc Petit")
    assert names("sofia") == []
    assert names("petit") == ["Marc Petit"]


@pytest.mark.skipif(ON_POSTGRES, reason="FTS5 is SQLite's")
def test_what_fts_holds_is_what_the_rows_say(brand: Brand) -> None:
    """No word is left of a row that changed or went: an index made anew is the same."""
    add("Sofia Duarte", "Marc Petit", "Eva Lang", texts="colis perdu")
    IndexedChatroom.objects.filter(name="Sofia Duarte").update(search="")
    IndexedChatroom.objects.filter(name="Marc Petit").update(search="marc grand")
    IndexedChatroom.objects.filter(name="Eva Lang").delete()
    kept = held_by_fts(IndexedChatroom)
    search_index.build(connection)
    assert held_by_fts(IndexedChatroom) == kept
    assert {term for term, _row in kept} >= {"mar", " ma", "gra"}
    assert not {"sof", "eva", "pet", "col"} & {term for term, _row in kept}


def held_by_fts(model: type[Model]) -> set[tuple[str, int]]:
    """The terms, and in how many rows they stand."""
    words = search_index.name(model, Means.TRIGRAMS)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE VIRTUAL TABLE temp.held USING fts5vocab(main, {words}, 'row')")
        cursor.execute("SELECT term, doc FROM temp.held WHERE doc > 0")
        terms = set(cursor.fetchall())
        cursor.execute("DROP TABLE temp.held")
    return terms


# A page of what is found


def a_page(words: str, **how: Any) -> search.Found:
    found = search.page(3, words, **how)
    assert not isinstance(found, Refusal), found
    return found


def test_a_page_begins_with_what_needs_attention(brand: Brand, other_brand: Brand) -> None:
    """Then come the newest."""
    add("Marie Undated")
    for day in (2, 3, 1):
        add(f"Marie Aka{day}", last_message_date=AT + timedelta(days=day))
    add("Marie Urgent", rank=30, since=AT)
    add("Marie Elsewhere", brand_id=other_brand.pk)
    found = a_page("marie", size=3)
    assert [row.name for row in found.rows] == ["Marie Urgent", "Marie Aka3", "Marie Aka2"]
    assert (found.total, found.is_more) == (5, False)
    rest = a_page("marie", start=3)
    assert [row.name for row in rest.rows] == ["Marie Aka1", "Marie Undated"]
    assert rest.total == 5
    assert a_page("nobody") == ([], 0, False)
    assert search.page(3, "m") is Refusal.TOO_SHORT


def test_what_needed_attention_long_ago_stands_among_the_others(brand: Brand) -> None:
    """By its last message, and not before all that is newer."""
    add("Marie Old", rank=30 + OLDER, since=AT - timedelta(days=40), last_message_date=AT)
    add("Marie Today", last_message_date=AT + timedelta(days=1))
    add("Marie Urgent", rank=60, since=AT, last_message_date=AT - timedelta(days=1))
    found = a_page("marie")
    assert [row.name for row in found.rows] == ["Marie Urgent", "Marie Today", "Marie Old"]


def test_no_more_than_a_thousand_are_looked_at(brand: Brand, other_brand: Brand) -> None:
    """Others' rows don't count among them, nor do those that lack another word."""
    add(*(f"Marie Other{place}" for place in range(search.MOST + 1)), brand_id=other_brand.pk)
    add(*(f"Marie Aka{place}" for place in range(search.MOST)))
    found = a_page("marie")
    assert (len(found.rows), found.total, found.is_more) == (search.PAGE, search.MOST, False)
    add("Marie Novak")
    found = a_page("marie")
    assert (len(found.rows), found.total, found.is_more) == (search.PAGE, search.MOST, True)
    assert {row.brand_id for row in found.rows} == {3}
    assert a_page("novak marie") == (list(rows("novak")), 1, False)


def test_a_common_word_is_found_among_what_needs_attention(
    brand: Brand, other_brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first page is full without a look at the index, and says that there is more."""
    for place in range(6):
        add(f"Marie {place}", f"Sofia {place}", rank=30 + 10 * (place % 2), since=AT)
        add(f"Marie Elsewhere{place}", rank=10, since=AT, brand_id=other_brand.pk)
    add("Marie Calm", last_message_date=AT)
    whole = a_page("marie")
    assert (len(whole.rows), whole.total, whole.is_more) == (7, 7, False)
    monkeypatch.setattr(search, "PRESSING", 0)
    assert a_page("marie", size=4).rows == whole.rows[:4]
    monkeypatch.undo()
    assert a_page("marie", size=4) == (whole.rows[:4], 4, True)
    assert a_page("marie", start=4, size=4).rows == whole.rows[4:]
    assert a_page("sofia 3", size=4).rows == list(rows("sofia 3"))


# What it stands on


QUESTIONS = ("marie aka", "aka marie", "mar", "30001", "30001 marie", "陈伟", "m akari")


def test_all_rows_are_never_looked_through(brand: Brand) -> None:
    """Whatever the caller filters and sorts by, and where all rows are of one brand."""
    letters = product("abcdefgh", "klmnopqr", "aeiouxyz", "stuv")
    IndexedChatroom.objects.bulk_create(
        a_row(f"Person {''.join(one)}", rank=30, since=AT) for one in letters
    )
    if ON_POSTGRES:  # a table of this size would rightly be read whole
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {IndexedChatroom._meta.db_table}")
            cursor.execute("SET LOCAL enable_seqscan = off")
    index = search_index.name(IndexedChatroom, Means.TRIGRAMS)
    for words in QUESTIONS:
        found = rows(words).filter(rank__isnull=False, counts=True).order_by("rank", "since", "id")
        told = found[:25].explain()
        if ON_POSTGRES:
            assert f"Bitmap Index Scan on {index}" in told, told
            assert "using inbox_indexedchatroom_pkey" in told, told
        else:
            assert f"SCAN {index} VIRTUAL TABLE INDEX" in told
            assert "SEARCH inbox_indexedchatroom USING INTEGER PRIMARY KEY" in told


def test_without_trigrams_beginnings_are_found(beginnings: None) -> None:
    add("Sofia Duarte", chatroom=4711)
    add("陈伟", "Дмитрий Жуков", "y" * 100)
    add("Marc Petit", texts="un colis 12345")
    assert search_index.means() == Means.BEGINNINGS
    for words in ("sofia", "duarte sof", "DUA", "sofia d", "4711 sof"):
        assert names(words) == ["Sofia Duarte"], words
    assert names("ofia") == names("sofia uarte") == []
    assert names("colis") == names("marc co") == names("123") == ["Marc Petit"]
    assert names("жук") == ["Дмитрий Жуков"]
    assert names("陈伟") == ["陈伟"]
    assert names("y" * 100) == ["y" * 100]
    assert names("y" * 101) == []
    assert search.find_chatrooms(3, "so") is Refusal.TOO_SHORT
    IndexedChatroom.objects.filter(name="Sofia Duarte").update(search="")
    assert names("sofia") == []


@pytest.mark.skipif(ON_POSTGRES, reason="An index there is always possible")
def test_without_fts_numbers_are_found(brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in search_index.KINDS:
        monkeypatch.setitem(search_index.TOKENS, kind, "tokenize='no such'")
    assert search_index.build(connection) == Means.NUMBERS
    add("Sofia Duarte", chatroom=4711)
    assert search_index.means() == Means.NUMBERS
    assert search.find_chatrooms(3, "sofia") is Refusal.NO_INDEX
    assert names("4711") == names("4711 sofia") == ["Sofia Duarte"]


@LIVE
def test_back_and_forth(brand: Brand) -> None:
    add("Sofia Duarte")
    try:
        call_command("migrate", "inbox", "0017", verbosity=0)
        assert search_index.means() == Means.NUMBERS
        assert search.find_chatrooms(3, "sofia") is Refusal.NO_INDEX
        IndexedChatroom.objects.update(name="Sofia Novak", search="sofia novak")
    finally:
        call_command("migrate", verbosity=0)
    assert names("novak") == ["Sofia Novak"]
    assert names("duarte") == []


@pytest.mark.skipif(ON_POSTGRES, reason="PostgreSQL makes no table anew")
@LIVE
def test_a_table_made_anew_is_not_trusted(brand: Brand) -> None:
    """As some migrations make it, without its triggers: the search refuses until it is built again."""
    add("Sofia Duarte")
    with connection.schema_editor() as editor:
        editor._remake_table(IndexedChatroom)  # type: ignore[attr-defined]  # of SQLite's alone
    try:
        IndexedChatroom.objects.update(name="Sofia Novak", search="sofia novak")
        assert search.find_chatrooms(3, "duarte") is Refusal.NO_INDEX
    finally:
        search_index.build(connection)
    assert names("novak") == ["Sofia Novak"]
    assert names("sofia duarte") == []


@LIVE
def test_the_command_makes_it_anew(brand: Brand) -> None:
    add("Sofia Duarte")
    search_index.remove(connection)
    out = StringIO()
    call_command("search_index", stdout=out)
    assert out.getvalue() == "The search finds words by three letters anywhere in them.\n"
    assert names("ofi") == ["Sofia Duarte"]


@pytest.mark.skipif(not ON_POSTGRES, reason="SQLite has no rights")
@LIVE
def test_a_role_that_may_not_create_extensions(
    brand: Brand, caplog: pytest.LogCaptureFixture
) -> None:
    """`migrate` does not fail: it says so, and words are found by their beginnings."""
    add("Sofia Duarte")
    role = f"plain_{os.getpid()}"
    call_command("migrate", "inbox", "0017", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION pg_trgm; DROP EXTENSION btree_gin")
        cursor.execute(f"CREATE ROLE {role}; GRANT CREATE, USAGE ON SCHEMA public TO {role}")
        for kind in ("TABLES", "SEQUENCES"):
            cursor.execute(f"GRANT ALL ON ALL {kind} IN SCHEMA public TO {role}")
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"ALTER TABLE {table} OWNER TO {role}")
        try:
            cursor.execute(f"SET ROLE {role}")
            call_command("migrate", verbosity=0)
            assert search_index.means() == Means.BEGINNINGS
            assert names("dua") == ["Sofia Duarte"]
            assert names("uarte") == []
        finally:
            cursor.execute(f"RESET ROLE; REASSIGN OWNED BY {role} TO CURRENT_USER")
            cursor.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
            call_command("search_index", stdout=StringIO())
    said = [record.message for record in caplog.records if record.name == search_index.__name__]
    assert len(said) == 1
    assert "(InsufficientPrivilege)" in said[0]
    assert names("uarte") == ["Sofia Duarte"]
    assert search_index.means(IndexedAmbassador) == Means.TRIGRAMS

"""Messages and what they carry: ratings and products"""

from datetime import UTC, datetime

import pytest

from inbox.popsell import decode, values
from inbox.popsell.resources import (
    Product,
    ProductImage,
    Rating,
    Unreadable,
)
from tests.popsell.documented import PRODUCT, RATING, read_message
from tests.support.chatrooms import message


def test_the_documented_rating_is_read_whole() -> None:
    day = datetime(2023, 10, 9, 12, 12, 40, 220000, tzinfo=UTC)
    found = read_message(type_message=2, rating=RATING)
    assert found.rating == Rating(1, day, day, None, 5, "bien", 1, 2)
    assert found.products == ()


def test_a_product_is_read_whole() -> None:
    found = read_message(type_message=3, products=[PRODUCT])
    assert found.rating is None
    assert found.products == (
        Product(
            id=2,
            name="Aurora Serum",
            type="simple",
            sku="CO-0002",
            youtube_id=None,
            url="https://www.example.com/aurora",
            description=None,
            discount_percentage=12.5,
            price_catalog=25.0,
            reference_unit_price=8.3,
            images=(ProductImage(7, "fr_FR", "https://img.example/7.jpg"),),
            price=21.9,
            stock=4,
            stock_available=3,
            old_image=None,
        ),
    )


@pytest.mark.parametrize("value", [None, {}, [], "5", 5, True, [RATING]])
def test_a_rating_of_another_kind_is_no_rating(value: object) -> None:
    assert read_message(rating=value).rating is None


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (None, []),
        ({}, []),
        ([], []),
        ("x", []),
        (PRODUCT, ["Aurora Serum"]),
        ([PRODUCT, {}, None, 5, {"name": "Satin Balm"}], ["Aurora Serum", "Satin Balm"]),
        ([{"id_product": 2}], [None]),
    ],
)
def test_products_are_a_list_of_any_length(value: object, names: list[str | None]) -> None:
    assert [one.name for one in read_message(products=value).products] == names


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (19.9, 19.9),
        (20, 20.0),
        ("19.90", 19.9),
        (" 20 ", 20.0),
        ("-0.5", -0.5),
        (0, 0.0),
        ("", None),
        ("19,90", None),
        ("1e5", None),
        ("nan", None),
        ("٤٢", None),
        ("9" * 5000, None),
        (10**400, None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        (None, None),
        ([19.9], None),
    ],
)
def test_an_amount_has_a_fraction_or_not(value: object, number: float | None) -> None:
    assert values.decimal(value) == number


def test_a_page_of_messages_keeps_their_order_and_their_places() -> None:
    data = [message(18), {}, {"id_message": "17", "content": "x"}, None, message(16)]
    page = decode.messages({"data": data})
    assert [item.id for item in page.data] == [18, None, 17, None, 16]
    assert [isinstance(item, Unreadable) for item in page.data] == [False, True, False, True, False]

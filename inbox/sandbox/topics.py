"""The topics that a brand's manager has made in Popsell's own back office.

That they number what summaries call `topic` is not documented: here they do, so that a demo shows how
a name is offered. Topic 0 has no counterpart, since ids count from 1.
"""

from inbox.sandbox.answers import bad_request
from inbox.sandbox.envelope import envelope, items_a_page, page_number, page_slice
from inbox.sandbox.filters import check_filters
from inbox.sandbox.render import Json
from inbox.sandbox.requests import Request

PER_PAGE, MOST = 25, 200
SORTS = {"", "id_chat_topic", "-id_chat_topic", "position", "-position"}
TOPICS = {
    1: ("Product", "Produit"),
    2: ("Order and payment", "Commande et paiement"),
    3: ("Delivery", "Livraison"),
    4: ("Returns", "Retours"),
    5: ("Loyalty", "Fidélité"),
    6: ("In the shop", "En boutique"),
    7: ("Gifts", "Cadeaux"),
    8: ("Ingredients", "Composition"),
    9: ("In stock again", "Retour en stock"),
}


def list_chat_topics(request: Request) -> Json:
    """GET /manager/chat-topics: the envelope of the brand's topics (documented).

    Ids and positions are in the same order here, so that either sort gives the same.
    """
    check_filters(request.query, ())
    sort = request.query.get("sort", "")
    if sort not in SORTS:
        raise bad_request(f"Requested sort(s) `{sort}` is not allowed.")
    page = page_number(request.query.get("page"))
    per_page = items_a_page(request.query.get("per_page"), PER_PAGE, MOST)
    numbers = sorted(TOPICS, reverse=sort.startswith("-"))
    shown = [_topic(number) for number in page_slice(numbers, page, per_page)]
    return envelope(shown, total=len(numbers), page=page, per_page=per_page, path=request.url)


def _topic(number: int) -> Json:
    english, french = TOPICS[number]
    contents = [("en_GB", english), ("fr_FR", french)]
    return {
        "id_chat_topic": number,
        "color": "#7A5C99",
        "contents": [
            {"id_i18n_content": number * 10 + index, "lang": lang, "content": content}
            for index, (lang, content) in enumerate(contents)
        ],
        "position": number,
        "date_insert": "2023-10-09T12:12:40.220000Z",
        "date_update": "2023-10-09T12:12:40.220000Z",
        "roles": ["administrator", "seller"],
        "active": True,
    }

"""The products of the sandbox, as a message of type 3 carries them."""

from functools import cache

from inbox.sandbox.words import lines, slug

Json = dict[str, object]

LANGS = {"fr": "fr_FR", "en": "en_GB"}
SITES = {
    "cosmetics": "https://www.maison-lumiere.example",
    "sport": "https://www.nordsport.example",
}


def product_json(name: str | None) -> Json | None:
    """Write a product, documented under POST /chat/chatrooms/{chatroom}/messages-product.

    A third of them has no picture and no description, and a quarter is reduced.
    """
    found = _numbered().get(name or "")
    if found is None:
        return None
    number, theme, lang = found
    bare, reduction = number % 3 == 0, 20.0 if number % 4 == 0 else 0.0
    price = 19.9 + number * 3
    address = f"https://images.popsell.example/products/{slug(name or '')}.jpg"
    return {
        "id_product": number,
        "name": name,
        "type": "simple",
        "sku": f"{theme[:2].upper()}-{number:04d}",
        "youtube_id": None,
        "url": f"{SITES[theme]}/p/{slug(name or '')}",
        "description": None if bare else f"{name}, {SITES[theme].removeprefix('https://www.')}",
        "discount_percentage": reduction,
        "price_catalog": round(price, 2),
        "reference_unit_price": None,
        "images": [] if bare else [{"id_i18n_content": number, "lang": lang, "content": address}],
        "price": round(price * (1 - reduction / 100), 2),
        "stock": number * 7 % 40,
        "stock_available": number * 7 % 40,
        "old_image": None,
    }


@cache
def _numbered() -> dict[str, tuple[int, str, str]]:
    """Every product's number, theme and language, by its name."""
    named = [
        (name, theme, lang)
        for language, lang in LANGS.items()
        for theme, products in lines("fr" if language == "fr" else "en").products.items()
        for name in products
    ]
    return {name: (number, theme, lang) for number, (name, theme, lang) in enumerate(named, 1)}

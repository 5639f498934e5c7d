"""bin/screenshots: pictures get smaller, and keep their colours"""

from io import BytesIO

from PIL import Image

from tests.tools.screenshots import smaller


def test_a_rare_colour_survives() -> None:
    """Thousands of near-greys, as the edges of letters have them, one small orange star, and paper."""
    page = Image.new("RGB", (400, 300))
    page.putdata([(x // 2, x // 2 + y % 50, x // 2) for y in range(300) for x in range(400)])
    page.paste((220, 150, 40), (10, 10, 14, 14))
    page.paste((243, 243, 241), (300, 0, 400, 300))
    written = BytesIO()
    page.save(written, "PNG")
    found = Image.open(BytesIO(smaller(written.getvalue())))
    assert found.mode == "P"
    star = (11, 11, 13, 13)
    pairs = zip(page.crop(star).tobytes(), found.convert("RGB").crop(star).tobytes(), strict=True)
    assert max(abs(before - after) for before, after in pairs) <= 16
    assert found.convert("RGB").getpixel((350, 150)) == (243, 243, 241)

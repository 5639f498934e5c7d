"""The widths and themes that pages are looked at in."""

from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Page

HEIGHTS = {1440: 900, 1024: 768, 768: 1024, 390: 844, 320: 568}
CHOOSE = """theme => {
  document.documentElement.dataset.theme = theme;
  document.getAnimations().forEach((animation) => animation.cancel());  // no colour halfway to another
}"""
Theme = Literal["light", "dark"]


@dataclass(frozen=True)
class Look:
    width: int
    theme: Theme

    def __str__(self) -> str:
        return f"{self.width}-{self.theme}"

    def put_on(self, page: Page) -> None:
        """The theme of the system, and a person's own choice as the page would carry it."""
        page.set_viewport_size({"width": self.width, "height": HEIGHTS[self.width]})
        page.emulate_media(color_scheme=self.theme)
        page.evaluate(CHOOSE, self.theme)

"""Bundles static files, and shortens the styles and scripts in them."""

import minify
from pipeline.compressors import CompressorBase
from pipeline.storage import PipelineMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class BundledStorage(PipelineMixin, CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """One stylesheet and one script, hashed and compressed (the libraries carry no types)."""


class Shortener(CompressorBase):  # type: ignore[misc]
    """Leaves out comments and blanks, and shortens scripts' names: browsers have no use for them."""

    def compress_css(self, css: str) -> str:
        return str(minify.string("text/css", css))

    def compress_js(self, js: str) -> str:
        return str(minify.string("application/javascript", js))

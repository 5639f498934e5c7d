"""Where the bundles of static files go, and what is left of the scripts in them."""

from pipeline.compressors import CompressorBase
from pipeline.storage import PipelineMixin
from rjsmin import jsmin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class BundledStorage(PipelineMixin, CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """One stylesheet and one script, hashed and compressed (the libraries carry no types)."""


class ScriptCompressor(CompressorBase):  # type: ignore[misc]
    """Leaves out comments and indentation, which browsers have no use for."""

    def compress_js(self, js: str) -> str:
        return str(jsmin(js))

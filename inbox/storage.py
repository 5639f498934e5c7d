"""Where the bundles of static files go."""

from pipeline.storage import PipelineMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class BundledStorage(PipelineMixin, CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """One stylesheet and one script, hashed and compressed (the libraries carry no types)."""

"""Where files go: the bundles of static files, and the cache that the workers of a machine share."""

import pickle
import random
import zlib
from typing import IO

from django.core.cache.backends.filebased import FileBasedCache
from pipeline.storage import PipelineMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class BundledStorage(PipelineMixin, CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """One stylesheet and one script, hashed and compressed (the libraries carry no types)."""


class FileCache(FileBasedCache):
    """Django's, except that it does not count all its files each time it writes one."""

    COUNT_ONE_IN = 100

    def _write_content(self, file: IO[bytes], timeout: float | None, value: object) -> None:
        """As Django's, but packed for speed: a page is written each time it is read from Popsell."""
        file.write(pickle.dumps(self.get_backend_timeout(timeout), self.pickle_protocol))
        file.write(zlib.compress(pickle.dumps(value, self.pickle_protocol), level=1))

    def _cull(self) -> None:
        if random.randrange(self.COUNT_ONE_IN) == 0:  # noqa: S311 - no secret
            super()._cull()  # type: ignore[misc]  # missing in the stubs

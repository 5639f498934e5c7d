"""A certificate that nobody signed but the run itself."""

import shutil
import subprocess
from pathlib import Path

OPENSSL = shutil.which("openssl")


def make_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Of localhost; returns its file and that of its key."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    subprocess.run(  # noqa: S603 - our own command
        [str(OPENSSL), "req", "-x509", *kind, *names, *files], check=True, capture_output=True
    )
    return certificate, key

"""Requests as clients send them: read more strictly than waitress does alone."""

from string import ascii_letters, ascii_uppercase, digits
from time import monotonic

from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import Error

LARGEST_HEAD = 32 * 1024  # bytes of a request's line and headers
IN_MEMORY = 64 * 1024  # bytes of a body: a longer one lies in a temporary file
VERSIONS = {b"HTTP/1.0", b"HTTP/1.1"}
CAPITALS = ascii_uppercase.encode()
TOKEN = b"!#$%&'*+-.^_`|~" + (ascii_letters + digits).encode()  # RFC 9110, section 5.6.2
VISIBLE = bytes(set(range(0x21, 0x100)) - {0x7F})
DIGITS = 18  # of a length
LINES = 100  # of headers


class LengthRequired(Error):  # type: ignore[misc]  # noqa: N818 - as the status is called
    """The refusal of a body in chunks."""

    code = 411
    reason = "Length Required"


class Request(HTTPRequestParser):  # type: ignore[misc]  # waitress and gunicorn carry no types
    """`begun`: when its first byte came. `whole`: when its last one did. On the monotonic clock."""

    whole = 0.0

    def __init__(self, adjustments: Adjustments) -> None:
        super().__init__(adjustments)
        self.begun = monotonic()

    def received(self, data: bytes) -> int:
        taken: int = super().received(data)
        if self.completed:
            self.whole = monotonic()
            self.expect_continue = False  # else waitress takes it for unfinished, and adds the next
        return taken

    def parse_header(self, head: bytes) -> None:
        """Let waitress parse what is plain. Its patterns take the square of the rest's length.

        Bodies in chunks are refused: no browser sends them, and their extensions take even longer.
        """
        plain = plain_head(head)
        if b"\r\ntransfer-encoding:" in plain.lower():
            self.error = LengthRequired("a body needs a Content-Length")
            return
        super().parse_header(plain)


def plain_head(head: bytes) -> bytes:
    """The request line and headers, without space around values. Raises ParsingError.

    Refuses input that no browser or proxy sends: absolute addresses, folded lines, control characters.
    """
    first, *lines = head.rstrip(b"\r\n").split(b"\r\n")
    method, _, rest = first.rstrip().partition(b" ")
    target, _, version = rest.partition(b" ")
    is_path = target[:1] == b"/" or target == b"*"
    if not (is_path and method and version in VERSIONS) or method.translate(None, CAPITALS):
        raise ParsingError("Start line is invalid")
    if target.translate(None, VISIBLE):
        raise ParsingError("Address is invalid")
    if len(lines) > LINES:
        raise ParsingError("Too many headers")
    return b"\r\n".join([first.rstrip(), *map(_plain_line, lines), b""])


def _plain_line(line: bytes) -> bytes:
    name, colon, value = line.partition(b":")
    value = value.strip(b" \t")
    if (
        not (name and colon)
        or name.translate(None, TOKEN)
        or value.translate(None, VISIBLE + b" \t")
    ):
        raise ParsingError("Invalid header")
    if name.lower() == b"content-length" and len(value) > DIGITS:
        raise ParsingError("Content-Length is invalid")
    return name + b": " + value

"""Numbers that an address or a form holds, which may be anything."""

LARGEST_PAGE = 10**9


LARGEST_ID = 2**63 - 1  # that the database takes


def record_number(value: str) -> int:
    """The number of a record of ours that a form or an address names; 0 where it names none."""
    if not (value.isascii() and value.isdigit() and len(value) <= len(str(LARGEST_ID))):
        return 0
    return int(value) if int(value) <= LARGEST_ID else 0


def page_number(value: str | None) -> int:
    """The page asked for; nonsense is page 1, and nothing below 1 comes out."""
    digits = (value or "").strip()
    if not (digits.isascii() and digits.isdigit()):
        return 1
    return min(max(int(digits[:12]), 1), LARGEST_PAGE)

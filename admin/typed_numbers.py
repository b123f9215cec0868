"""Numbers as they stand in addresses and forms."""

# More digits than these overflow the column of an id.
LONGEST = 9


def typed_number(text: object, longest: int = LONGEST) -> int | None:
    """The number that a text is, written in ASCII digits and no more of them than `longest`; None where it is none."""
    digits = str(text or "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= longest else None

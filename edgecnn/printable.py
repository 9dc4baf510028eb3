"""Names from outside as text that does nothing: no line break, no escape of a terminal, no letter that turns a line."""


def printable(text: str) -> str:
    r"""`text` with whatever does not show as a character written as Python writes it: \n, \x1b, \u202e."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)

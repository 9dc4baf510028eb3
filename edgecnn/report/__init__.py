"""A Verification for people: as text on a terminal, as one page of HTML."""

from .html import page
from .text import text

__all__ = ["page", "text"]

"""Other people's TFLite interpreters, run as references: each in a process of its own."""

from .oracle import Oracle, available

__all__ = ["Oracle", "available"]

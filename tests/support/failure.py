"""What a user is told."""

from collections.abc import Callable

import pytest

from edgecnn.errors import EdgecnnError


def failure(expected: type[EdgecnnError], code: int, action: Callable[[], object]) -> str:
    """The sentence of the error that `action` must raise."""
    with pytest.raises(expected) as caught:
        action()
    assert caught.value.exit_code == code
    assert "\n" not in str(caught.value)
    return str(caught.value)

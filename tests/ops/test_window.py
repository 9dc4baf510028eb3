"""How far a window reads ahead of what is written."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edgecnn.ops.window import Axis, Window


@st.composite
def windows(draw: st.DrawFn) -> Window:
    def axis() -> Axis:
        taps, dilation = draw(st.integers(1, 4)), draw(st.integers(1, 2))
        size = draw(st.integers((taps - 1) * dilation + 1, 9))
        return Axis.of(size, taps, draw(st.integers(1, 3)), dilation, draw(st.booleans()))

    return Window(axis(), axis())


@given(window=windows(), read=st.integers(1, 3), written=st.integers(1, 5), block=st.integers(2, 4))
def test_the_lead_of_blocks_of_pixels(window: Window, read: int, written: int, block: int) -> None:
    """All pixels of a block, which lies in one row, may be written before the windows of any of them are read."""
    height, width = window.height, window.width
    pixels = [*np.ndindex(height.output, width.output)]
    firsts = [
        (max(0, oy * height.stride - height.pad) * width.input + max(0, ox * width.stride - width.pad)) * read
        for oy, ox in pixels
    ]
    ends = [(at - ox + min(ox - ox % block + block, width.output)) * written for at, (_, ox) in enumerate(pixels)]
    starts = [at - ox % block for at, (_, ox) in enumerate(pixels)]
    gaps = [end - min(firsts[start:]) for start, end in zip(starts, ends, strict=True)]
    assert window.lead(read, written, block=block) == max(gaps)


@given(window=windows(), read=st.integers(1, 3), written=st.integers(1, 5), whole=st.booleans())
def test_the_lead_of_a_window_is_as_small_as_can_be(window: Window, read: int, written: int, whole: bool) -> None:
    """Followed pixel by pixel: which input bytes each window reads, and how far the output has come by then."""
    needed = []  # (bytes written before the window is read to its end, the first byte that it reads)
    height, width = window.height, window.width
    for pixel, (oy, ox) in enumerate(np.ndindex(height.output, width.output)):
        rows = [max(0, oy * height.stride - height.pad), max(0, ox * width.stride - width.pad)]
        needed.append((pixel * written + (0 if whole else written), (rows[0] * width.input + rows[1]) * read))
    lead = window.lead(read, written, early=0 if whole else written)
    assert all(lead + first >= done for done, first in needed)
    assert any(lead - 1 + first < done for done, first in needed)

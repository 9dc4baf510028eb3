"""The sliding window that convolutions and pools share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .op import Node
from .records import WindowGeometry

MAX_REACH = 2**24  # positions: far above any network, and their products with sizes stay within int32


@dataclass(frozen=True)
class Axis:
    """One spatial axis: `taps` samples `dilation` apart, moved by `stride`, after `pad` empty positions."""

    input: int
    taps: int
    stride: int
    dilation: int
    pad: int
    output: int

    @classmethod
    def of(cls, size: int, taps: int, stride: int, dilation: int, same: bool) -> Axis:
        extent = (taps - 1) * dilation + 1
        output = -(-size // stride) if same else (size - extent) // stride + 1
        missing = max((output - 1) * stride + extent - size, 0) if same else 0
        return cls(size, taps, stride, dilation, missing // 2, output)

    def then(self, other: Axis) -> Axis:
        """This axis seen through `other`, which has no padding and whose windows do not overlap."""
        taps = (other.taps - 1) * self.stride + (self.taps - 1) * self.dilation + 1
        return Axis(self.input, taps, self.stride * other.stride, 1, self.pad, other.output)

    @property
    def inside(self) -> bool:
        """Whether every window lies within the input."""
        return self.pad == 0 and (self.output - 1) * self.stride + (self.taps - 1) * self.dilation < self.input

    @property
    def reach(self) -> int:
        """Positions from the first tap of the first window to the end of the last, and a stride more."""
        return self.output * self.stride + (self.taps - 1) * self.dilation + 1

    def reaching(self) -> range:
        """The taps that can meet the input: of a window much larger than it, few do."""
        first = -((self.output - 1) * self.stride - self.pad) // self.dilation
        last = (self.input - 1 + self.pad) // self.dilation
        return range(max(0, first), min(self.taps, last + 1))

    def span(self, tap: int) -> tuple[slice, slice]:
        """(outputs, inputs) that meet at `tap`: which outputs have an input there, and those inputs."""
        offset = tap * self.dilation - self.pad
        first = max(0, -(offset // self.stride))
        stop = min(self.output, (self.input - 1 - offset) // self.stride + 1)
        stop = max(first, stop)
        start = first * self.stride + offset
        return slice(first, stop), slice(start, start + (stop - first) * self.stride, self.stride)


def _corners(axis: Axis, step: int) -> set[int]:
    """The multiples of `step` at the ends of an axis and around the last window that begins in the padding."""
    last = (axis.output - 1) // step * step
    padded = axis.pad // axis.stride // step * step
    near = (0, padded - step, padded, padded + step, last - step, last)
    return {min(max(at, 0), last) for at in near}


@dataclass(frozen=True)
class Window:
    """A window over the height and width of an NHWC tensor."""

    height: Axis
    width: Axis

    @classmethod
    def read(
        cls, node: Node, taps: tuple[int, int], dilation: tuple[int, int] = (1, 1), channels: int | None = None
    ) -> Window:
        """The window of `node` over its first input, giving `channels` (default: as many as go in).

        Refuses what the file contradicts.
        """
        tensor = node.tensor(0)
        if len(tensor.shape) != 4 or tensor.shape[0] != 1:
            node.refuse(f"has an input of shape {list(tensor.shape)}; only [1, height, width, channels] is supported.")
        window = cls.over(node, tensor.shape, taps, dilation)
        expected = (1, window.height.output, window.width.output, channels or tensor.shape[3])
        if min(expected) < 1 or node.output.shape != expected:
            node.invalid(f"has an output of shape {list(node.output.shape)}, but its window gives {list(expected)}.")
        return window

    @classmethod
    def over(
        cls, node: Node, shape: tuple[int, ...], taps: tuple[int, int], dilation: tuple[int, int] = (1, 1)
    ) -> Window:
        """The window of `node`, with its strides and padding, over a tensor of `shape`."""
        strides = node.option("StrideH"), node.option("StrideW")
        if min(*strides, *taps, *dilation) < 1:
            node.invalid("has a stride, filter or dilation below 1.")
        same = {"SAME": True, "VALID": False}.get(node.option("Padding"))
        if same is None:
            node.invalid("has an unknown padding.")
        window = cls(
            Axis.of(shape[1], taps[0], strides[0], dilation[0], same),
            Axis.of(shape[2], taps[1], strides[1], dilation[1], same),
        )
        reach = max(window.height.reach, window.width.reach)
        if reach > MAX_REACH:
            node.refuse(f"has windows that reach over {reach} positions; at most {MAX_REACH} are supported.")
        return window

    @property
    def inside(self) -> bool:
        """Whether no window reaches over the edge."""
        return self.height.inside and self.width.inside

    def taps(self) -> Iterator[tuple[int, int, tuple[slice, ...], tuple[slice, ...]]]:
        """(y, x, outputs, inputs) for each tap: index expressions into (N, 1, H, W, C) arrays."""
        everything = slice(None)
        for y in self.height.reaching():
            rows_out, rows_in = self.height.span(y)
            for x in self.width.reaching():
                columns_out, columns_in = self.width.span(x)
                yield (
                    y,
                    x,
                    (everything, everything, rows_out, columns_out),
                    (everything, everything, rows_in, columns_in),
                )

    def lead(self, read: int, written: int, *, early: int = 0, block: int = 0) -> int:
        """By how many bytes the input must begin after the output, so that pixels written in order cover none unread.

        `read` and `written` are bytes per pixel; `early` of the latter are written before the pixel's own window has
        been read to its end. With `block`, so many pixels of a row are written at once, in any order, while the windows
        of all of them are read.
        """
        # Between the corners where padding ends, all that matters grows evenly: the largest is at a corner.
        width, step = self.width, block or 1
        ys, xs = _corners(self.height, 1), _corners(width, step)
        leads = []
        for y in ys:
            row = max(y * self.height.stride - self.height.pad, 0)
            again = y + 1 < self.height.output and max((y + 1) * self.height.stride - self.height.pad, 0) == row
            for x in xs:
                column = 0 if again else max(x * width.stride - width.pad, 0)  # the first that is still to be read
                end = min(x + block, width.output) if block else x
                leads.append((y * width.output + end) * written + early - (row * width.input + column) * read)
        return max(leads)

    def then(self, other: Window) -> Window:
        """The window through which a pixel of `other`, which has no padding, sees the input of this one."""
        return Window(self.height.then(other.height), self.width.then(other.width))

    def geometry(self, channels: int) -> WindowGeometry:
        """What kernels are told of it."""
        height, width = self.height, self.width
        return WindowGeometry(
            input_height=height.input,
            input_width=width.input,
            input_channels=channels,
            filter_height=height.taps,
            filter_width=width.taps,
            stride_height=height.stride,
            stride_width=width.stride,
            pad_top=height.pad,
            pad_left=width.pad,
            output_height=height.output,
            output_width=width.output,
        )

    def __str__(self) -> str:
        height, width = self.height, self.width
        text = f"{height.taps}x{width.taps}"
        if (height.stride, width.stride) != (1, 1):
            text += f"/{height.stride}" if height.stride == width.stride else f"/{height.stride}x{width.stride}"
        if (height.dilation, width.dilation) != (1, 1):
            text += f" dilated {height.dilation}x{width.dilation}"
        return text + (" padded" if height.pad or width.pad else "")

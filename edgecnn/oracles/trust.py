"""Where an exact oracle is known to be wrong, and so does not decide: measured, one line each."""

from collections.abc import Callable

from ..graph import Graph
from ..ops import Op
from ..ops.fully_connected import FullyConnected
from ..tensor import Tensor


def _per_channel_with_rows(op: Op) -> bool:
    return isinstance(op, FullyConnected) and len(op.weight_scales) > 1 and len(op.output.shape) > 2


# oracle -> (what it gets wrong, for the report; whether an op is of that sort)
_KNOWN: dict[str, list[tuple[str, Callable[[Op], bool]]]] = {
    "tflite_micro": [
        ("ignores requantization in a RELU6 that stands alone", lambda op: op.kind == "relu6"),
        ("rounds LOGISTIC and TANH otherwise in a few codes", lambda op: op.kind in ("logistic", "tanh")),
    ],
    "tflite_runtime": [
        ("is wrong for a per-channel FULLY_CONNECTED whose output has rank above 2", _per_channel_with_rows),
    ],
}


def not_deciding(oracle: str, graph: Graph) -> dict[Tensor, str]:
    """The tensors that `oracle` does not decide, with the reason: outputs of such ops and what follows from them."""
    reasons: dict[Tensor, str] = {}
    for op in graph.ops:
        known = next((reason for reason, applies in _KNOWN.get(oracle, []) if applies(op)), None)
        inherited = next((reasons[tensor] for tensor in op.inputs if tensor in reasons), None)
        reason = known or inherited
        if reason:
            reasons[op.output] = reason
    return reasons

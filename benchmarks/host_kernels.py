"""Times one LeNet inference on one thread of this PC: the x86-64 kernels beside TensorFlow Lite with XNNPACK.

    python benchmarks/host_kernels.py [ROUNDS]

All ways take turns in one process, so that what else the computer does meets them alike; a round is the fastest of a
few calls of each. Printed are the fastest round, and the median over rounds of the time relative to the peer's. The
goals are relative to a peer that XNNPACK runs, which is said of one that has a delegate among its ops; the same
interpreter without delegates is shown, too, as XNNPACK need not be the faster of the two.
"""

import importlib
import importlib.util
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from edgecnn import HostModel, read_tflite, write_c, zoo
from edgecnn.host import FLAGS

PEERS = {"tflite_runtime": "tflite_runtime.interpreter", "LiteRT": "ai_edge_litert.interpreter"}
# Rows of the kernels' tables (runtime/blocks/x86_64/x86_layer.h), and the share of the peer's time to stay below.
ROWS = {"AVX-512 VNNI": (0, 0.5), "AVX2": (1, 0.9)}
RESOLVERS = ("AUTO", "BUILTIN_WITHOUT_DEFAULT_DELEGATES")
CALLS = 20


def main() -> None:
    """See the module's text."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    graph = read_tflite(zoo.trained("lenet5_mnist"))
    codes = np.random.default_rng(0).integers(-128, 128, (1, *graph.input.shape[1:]), np.int8)
    with tempfile.TemporaryDirectory() as work:
        write_c(graph, Path(work) / "c", target="x86-64", optimize="speed")
        ours = {name: _host(Path(work) / "c", row, codes) for name, (row, _) in ROWS.items()}
        peers = {}
        for name, module in PEERS.items():
            for resolver in RESOLVERS if _installed(module) else ():
                label, peers_way = _peer(module, resolver, graph.source, codes)
                peers[f"{name}, {label}"] = peers_way
        if not peers:
            raise SystemExit("neither tflite_runtime nor ai_edge_litert is installed: pip install 'edgecnn[oracle]'")
        times = _rounds({**ours, **peers}, rounds)
    for name, seconds in times.items():
        print(f"{name:34} {min(seconds) * 1e6:8.2f} us")
    for name, (_, goal) in ROWS.items():
        for peer in peers:
            share = statistics.median(a / b for a, b in zip(times[name], times[peer], strict=True))
            aim = f" (goal: {goal})" if peer.endswith("XNNPACK") else ""
            print(f"{name} takes {share:.2f} of the time of {peer}{aim}")


def _rounds(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of the fastest of CALLS calls of each way, round by round."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            times[name].append(min(_seconds(way) for _ in range(CALLS)))
    return times


def _seconds(way: Callable[[], object]) -> float:
    start = time.perf_counter()
    way()
    return time.perf_counter() - start


def _host(folder: Path, row: int, codes: np.ndarray) -> Callable[[], object]:
    host = HostModel(folder, flags=(*FLAGS, f"-DEDGECNN_X86_FIRST={row}"))
    host.invoke(codes)
    return host._run  # without the copies of input and output, as the peers' invoke


def _installed(module: str) -> bool:
    return importlib.util.find_spec(module.partition(".")[0]) is not None


def _peer(module: str, resolver: str, model: bytes, codes: np.ndarray) -> tuple[str, Callable[[], object]]:
    """By what it is run, and its inference."""
    tensorflow = importlib.import_module(module)
    kind = getattr(tensorflow.OpResolverType, resolver)
    interpreter = tensorflow.Interpreter(model_content=model, num_threads=1, experimental_op_resolver_type=kind)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], codes)
    delegated = any(op["op_name"] == "DELEGATE" for op in interpreter._get_ops_details())
    return "XNNPACK" if delegated else "built-in kernels", interpreter.invoke


if __name__ == "__main__":
    main()

"""Damaged .tflite files give a result or a sentence: never another exception, much memory, or much time."""

import concurrent.futures
import multiprocessing
import os
import resource
import signal
import traceback
from collections import Counter
from pathlib import Path
from types import FrameType

import numpy as np
import pytest

from edgecnn.converters.graph_to_c import generate
from edgecnn.converters.tflite_to_graph import graph_of
from edgecnn.errors import EdgecnnError
from edgecnn.fixed_point import FLOATS
from edgecnn.interpreter import trace
from edgecnn.verification.data import random_codes
from tests.support.lenet import lenet
from tests.support.random_models import random_model
from tests.support.seeds import seed

MUTATIONS = 1500  # per part
SECONDS = 10  # for one file; all but a few take milliseconds
MEMORY = 1 << 30
EXTREMES = (0, 1, -1, 2, 4, 255, 256, 65535, 65536, 2**24, 2**30, 2**31 - 1, -(2**31))
FLOATS_AS_BITS = (0x7F800000, 0xFF800000, 0x7FC00000, 0x7F7FFFFF, 0x00000001, 0x00800000, 0x80000000, 0x4E000000)


def convert(file: bytes) -> str:
    """All that reads a file and works on what it says, but for the disk; the outcome in a word."""
    try:
        graph = graph_of(file)
        made = generate(graph, name="m", target="generic", optimize="balanced").files
    except EdgecnnError as error:
        assert "\n" not in str(error)
        assert str(error).endswith(".")
        return type(error).__name__
    assert made
    if graph.macs < 10**6 and sum(tensor.size for tensor in graph.tensors) < 10**5:
        x = random_codes(graph.inputs, 1)
        floats = trace(graph, x, FLOATS)
        for tensor, codes in trace(graph, x).items():
            np.testing.assert_array_equal(codes, floats[tensor])
    return "result"


def mutated(rng: np.random.Generator, file: bytes, other: bytes) -> bytes:
    """`file` with one thing wrong with it, sometimes several."""
    data = bytearray(file)
    for _ in range(int(rng.geometric(0.6))):
        # The tables lie before the weights: most of the damage goes there.
        end = min(len(data), 3000) if rng.random() < 0.8 else len(data)
        at = int(rng.integers(0, max(end - 8, 1)))
        match rng.integers(0, 7):
            case 0:
                data[at] ^= 1 << int(rng.integers(0, 8))
            case 1:
                data[at] = int(rng.integers(0, 256))
            case 2:
                at -= at % 4
                data[at : at + 4] = int(rng.choice(EXTREMES)).to_bytes(4, "little", signed=True)
            case 3:
                words = np.frombuffer(data[: end - end % 4], "<f4")
                scales = np.flatnonzero((words > 1e-6) & (words < 1e3))  # what looks like one
                at = int(rng.choice(scales)) * 4 if len(scales) else at - at % 4
                data[at : at + 4] = int(rng.choice(FLOATS_AS_BITS)).to_bytes(4, "little")
            case 4:
                at -= at % 4
                small = int(rng.integers(-300, 300))
                data[at : at + 4] = small.to_bytes(4, "little", signed=True)
            case 5:
                length, source = int(rng.integers(1, 64)), int(rng.integers(0, len(other) - 64))
                data[at : at + length] = other[source : source + length]
            case 6:
                if rng.random() < 0.2:
                    del data[max(int(rng.integers(0, len(data))), 16) :]
                else:
                    data[at] = int(rng.integers(0, 4))
    return bytes(data)


class _TooSlowError(BaseException):
    """No Exception: the reader would take it for damage of the file."""


def _too_slow(signum: int, frame: FrameType | None) -> None:
    raise _TooSlowError(f"more than {SECONDS} s")


def fuzz(number: int, originals: list[bytes], keep: Path) -> tuple[Counter[str], list[str]]:
    """(outcomes, failures), in a process of its own with bounded memory; files that fail go to `keep`."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    signal.signal(signal.SIGALRM, _too_slow)
    rng = np.random.default_rng(number)
    outcomes: Counter[str] = Counter()
    failures: list[str] = []
    for i in range(MUTATIONS):
        first, second = rng.integers(0, len(originals), 2)
        file = mutated(rng, originals[first], originals[second])
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            outcomes[convert(file)] += 1
        except BaseException as error:
            (keep / f"{number}-{i}.tflite").write_bytes(file)
            line = traceback.extract_tb(error.__traceback__)[-1]
            failures.append(
                f"{number}-{i}: {type(error).__name__} {error} ({os.path.basename(line.filename)}:{line.lineno})"
            )
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return outcomes, failures


@pytest.mark.parametrize("part", range(4))
def test_damaged_files_give_a_result_or_a_sentence(part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    originals = [random_model(np.random.default_rng(seed(5000 + 20 * part + i)))[0] for i in range(20)]
    originals += [lenet(part)] * 2
    assert {convert(file) for file in originals} == {"result"}
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # a thread's stack counts as memory
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=spawn) as pool:
        outcomes, failures = pool.submit(fuzz, seed(part), originals, tmp_path).result()
    assert not failures, f"{len(failures)} failures, files in {tmp_path}: " + "\n".join(failures[:20])
    assert outcomes.total() == MUTATIONS
    assert outcomes["result"] > MUTATIONS // 10  # not all were stopped at the door
    assert outcomes["InvalidModelError"] > MUTATIONS // 10
    assert outcomes["UnsupportedError"] > MUTATIONS // 50

"""Measures what converting to C takes: seconds of computing and memory of a whole `edgecnn convert`, start included.

    python benchmarks/conversion.py

LeNet for every core, and the MobileNet of MLPerf Tiny (0.25, 96x96) with random weights; each the best of three runs.
"""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.mlperf_tiny import build
from edgecnn import zoo
from edgecnn.converters.keras_to_tflite import keras_to_tflite
from edgecnn.targets import TARGETS

# In a small process of its own: a child's peak includes that of the process that it was forked from.
_MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def cost(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> tuple[float, float]:
    """Seconds of computing and megabytes of `edgecnn convert ARGUMENTS`; raises CalledProcessError when it fails."""
    command = [sys.executable, "-m", "edgecnn", "convert", *arguments]
    said = subprocess.check_output([sys.executable, "-c", _MEASURE, *map(str, command)], env=environment)
    seconds, kilobytes = map(float, said.split())
    return seconds, kilobytes / 1024


def main() -> None:
    """See the module's text."""
    with tempfile.TemporaryDirectory() as scratch:
        mobilenet = Path(scratch) / "mobilenet.tflite"
        mobilenet.write_bytes(keras_to_tflite(*build("mobilenet")).model)
        for model in (zoo.trained("lenet5_mnist"), mobilenet):
            print(f"{model.stem}, {model.stat().st_size:,} bytes")
            for target in TARGETS:
                options = ("--target", target, "--optimize", "speed", "-o", Path(scratch) / "c")
                seconds, megabytes = min(cost(model, *options) for _ in range(3))
                print(f"  {target:14} {seconds:5.2f} s {megabytes:5.0f} MB")


if __name__ == "__main__":
    main()

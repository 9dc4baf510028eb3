"""The generated C as a program under AddressSanitizer and UndefinedBehaviorSanitizer: any finding ends it."""

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgecnn.building import compiler
from edgecnn.converters.manifest import read_manifest

_FLAGS = ("-std=c99", "-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")

# Inputs on stdin, the output of every layer of each on stdout.
_MAIN = """
#include <stdio.h>
#include "NAME.h"

#ifdef NAME_INPUT_ROWS
static int read_input(void) {
  NAME_begin();
  for (int row = 0; row < NAME_INPUT_ROWS; row++) {
    if (fread(NAME_row(), 1, NAME_INPUT_ROW_SIZE, stdin) != NAME_INPUT_ROW_SIZE) return 0;
    NAME_push_row();
  }
  NAME_push_row(); /* one too many is ignored */
  return 1;
}
#else
static int read_input(void) { return fread(NAME_input(), 1, NAME_INPUT_SIZE, stdin) == NAME_INPUT_SIZE; }
#endif

int main(void) {
  while (read_input()) {
    for (int layer = 0; layer < NAME_LAYERS; layer++) {
      NAME_invoke_layer(layer);
      fwrite(NAME_layer_output(layer), 1, (size_t)NAME_layer_output_size(layer), stdout);
    }
    fwrite(NAME_output(), 1, NAME_OUTPUT_SIZE, stdout);
  }
  return 0;
}
"""


class Sanitized:
    """The folder's network, compiled by the host's compiler (gcc or clang) into `scratch`."""

    def __init__(self, folder: Path, scratch: Path):
        self.manifest = read_manifest(folder)
        self._program = scratch / "sanitized"
        main = scratch / "sanitized.c"
        main.write_text(_MAIN.replace("NAME", self.manifest.name))
        sources = [str(main), *map(str, sorted(folder.rglob("*.c")))]
        compiler.host().run([*_FLAGS, f"-I{folder}", *sources, "-o", str(self._program)])

    def trace(self, x: NDArray[Any]) -> NDArray[Any]:
        """(N, bytes of all layers' outputs and of the network's)."""
        done = subprocess.run([str(self._program)], input=x.tobytes(), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return np.frombuffer(done.stdout, np.int8).reshape(len(x), -1)

    def invoke(self, x: NDArray[Any]) -> NDArray[Any]:
        """Output codes, as `HostModel.invoke`."""
        shape = self.manifest.outputs[0].shape[1:]
        return self.trace(x)[:, -int(np.prod(shape)) :].reshape(len(x), *shape)

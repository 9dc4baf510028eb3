"""Many networks in one program on an emulated board, every layer of each checked by its CRC-32."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import serial
from numpy.typing import NDArray

from edgecnn import board as boards
from edgecnn.building import build, image, toolchain
from edgecnn.converters.c_text import constant
from edgecnn.converters.graph_to_c import code_of, network_files, shared_runtime
from edgecnn.emulators.emulator import emulate
from edgecnn.graph import Graph
from edgecnn.interpreter import trace
from edgecnn.lowering.lower import lower
from edgecnn.support import paths

# In place of the app. After each byte from the host: for each network and its inputs, the CRC of every layer's output.
_MAIN = """
#include "app.h"
#include "crc32.h"
#include "runtime/flash.h"
#include "port.h"
INCLUDES
typedef struct {
  void (*give)(const EDGECNN_FLASH int8_t *codes);
  void (*invoke_layer)(int layer);
  const int8_t *(*layer_output)(int layer);
  int32_t (*layer_output_size)(int layer);
  int layers, inputs;
  int32_t input_size;
  const EDGECNN_FLASH int8_t *codes;
} network;

/* All have the same memory, as they run one after another: an AVR has no room for more. */
static union {
MEMORIES} memory;

static void copy(const EDGECNN_FLASH int8_t *from, int8_t *to, int32_t size) {
  for (int32_t at = 0; at < size; at++) to[at] = from[at];
}

CODES
static const network networks[] = {
NETWORKS};

static void write_crc(const int8_t *codes, int32_t size) {
  uint32_t crc = 0;
  for (int32_t i = 0; i < size; i++) crc = crc32_add(crc, (uint8_t)codes[i]);
  for (int shift = 0; shift < 32; shift += 8) port_write((uint8_t)(crc >> shift));
}

void app_poll(void) {
  if (port_read() < 0) return;
  for (const network *n = networks; n < networks + sizeof networks / sizeof *networks; n++) {
    for (int i = 0; i < n->inputs; i++) {
      n->give(n->codes + i * n->input_size);
      for (int layer = 0; layer < n->layers; layer++) {
        n->invoke_layer(layer);
        write_crc(n->layer_output(layer), n->layer_output_size(layer));
      }
    }
  }
}
"""

_GIVE = """static void NAME_give(const EDGECNN_FLASH int8_t *codes) {
  copy(codes, NAME_input_in(&memory.NAME), NAME_INPUT_SIZE);
}
"""
_GIVE_ROWS = """static void NAME_give(const EDGECNN_FLASH int8_t *codes) {
  NAME_begin_in(&memory.NAME);
  for (int row = 0; row < NAME_INPUT_ROWS; row++, codes += NAME_INPUT_ROW_SIZE) {
    copy(codes, NAME_row_in(&memory.NAME), NAME_INPUT_ROW_SIZE);
    NAME_push_row_in(&memory.NAME);
  }
}
"""
_LAYERS = """static void NAME_run(int layer) { NAME_invoke_layer_in(&memory.NAME, layer); }
static const int8_t *NAME_codes(int layer) { return NAME_layer_output_in(&memory.NAME, layer); }
"""
_OWN = '-DEDGECNN_ARENA=__attribute__((section(".bss.own")))'  # each network's own memory, not linked as not used


@dataclass(frozen=True)
class Case:
    """A network and the inputs (N, *shape) that it is to be tried with."""

    about: str
    graph: Graph
    x: NDArray[Any]
    fuse: bool
    optimize: str
    stream: int = 0


def differences(facts: boards.Board, target: str, cases: Sequence[Case], work: Path) -> list[str]:
    """What the board computes otherwise than NumPy, in words; [] when every byte of every layer is equal."""
    folder = _together(cases, target, work)
    elf = _link(facts, folder, work)
    expected = [crc for case in cases for crc in _crcs(case)]
    with emulate(facts, elf) as url, serial.serial_for_url(url, baudrate=facts.baud, timeout=0.5) as line:
        for _ in range(60):  # what comes before the UART is ready is lost
            line.write(b"\n")
            if said := line.read(4):
                break
        line.timeout = 60
        said += line.read(4 * len(expected) - len(said))
        told = np.frombuffer(said, "<u4").tolist()
    assert len(told) == len(expected), f"{facts.id} said {len(told)} of {len(expected)} checksums"
    return [about for (about, crc), got in zip(expected, told, strict=True) if crc != got]


def _crcs(case: Case) -> list[tuple[str, int]]:
    layers = [step for step in lower(case.graph, fuse=case.fuse, stream=case.stream).steps if step.call]
    values = trace(case.graph, case.x)
    return [
        (f"{case.about}: {step.title}, input {i}", zlib.crc32(values[step.output][i].tobytes()))
        for i in range(len(case.x))
        for step in layers
    ]


def _together(cases: Sequence[Case], target: str, work: Path) -> Path:
    """One folder with the C of all networks, and every kernel once."""
    folder, codes = work / "networks", []
    for i, case in enumerate(cases):
        program = lower(case.graph, target, case.optimize, fuse=case.fuse, stream=case.stream)
        codes.append(code_of(program, f"m{i}"))
    contents = shared_runtime(codes)
    for code in codes:
        contents |= network_files(code)
    contents["networks.c"] = _main(cases).encode()
    for path, data in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def _main(cases: Sequence[Case]) -> str:
    named = [(f"m{i}", case) for i, case in enumerate(cases)]
    functions = ("give", "run", "codes", "layer_output_size")
    calls = {name: ", ".join(f"{name}_{function}" for function in functions) for name, _ in named}
    texts = {
        "INCLUDES": (f'#include "{name}.h"\n' for name, _ in named),
        "MEMORIES": (f"  {name}_memory {name};\n" for name, _ in named),
        "NETWORKS": (
            f"    {{{calls[name]}, {name}_LAYERS, {len(case.x)}, {name}_INPUT_SIZE, {name}_x}},\n"
            for name, case in named
        ),
        "CODES": (
            constant(f"{name}_x", case.x) + ((_GIVE_ROWS if case.stream else _GIVE) + _LAYERS).replace("NAME", name)
            for name, case in named
        ),
    }
    text = _MAIN
    for word, parts in texts.items():
        text = text.replace(word, "".join(parts))
    return text


def _link(facts: boards.Board, folder: Path, work: Path) -> Path:
    app, rooms = paths.firmware() / "app", [paths.firmware() / "ports" / room for room in facts.port]
    sources = [str(p) for place in (folder, folder / "runtime", *rooms) for p in sorted(place.glob("*.c"))]
    numbers = {"CLOCK_HZ": facts.clock_hz, "BAUD": facts.baud, **facts.defines} if facts.bare else {}
    arguments = [_OWN, *(f"-D{name}={value}u" for name, value in numbers.items())]
    arguments += [*(f"-I{place}" for place in (folder, app, *rooms)), *sources, str(app / "main.c")]
    program, script = work / facts.program, work / "link.ld"
    assert facts.compiler
    if facts.bare:
        script.write_text(build.linker_script(facts))
        toolchain.link(facts.compiler, arguments, script, program)
        # What some emulators take.
        program.with_suffix(".hex").write_bytes(image.intel_hex(*image.image_of(program)))
    else:
        toolchain.program(facts.compiler, arguments, program)
    return program

#!/usr/bin/env bash
# The wheel in a clean environment without tensorflow: converts and compiles the committed network from another folder.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
model=$PWD/edgecnn/zoo/trained/lenet5_mnist.tflite

"${PYTHON:-python3}" -m venv "$scratch/venv"
python=$scratch/venv/bin/python
"$python" -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$scratch/wheel" .
"$python" -m pip install --quiet --disable-pip-version-check "$scratch"/wheel/*.whl
cp "$model" "$scratch/digits.tflite"
cd "$scratch"

if "$python" -c 'import tensorflow' 2>/dev/null; then echo "the environment is not clean: it has tensorflow"; exit 1; fi
if "$python" -c 'import converters' 2>/dev/null; then echo "a generic top-level name became importable"; exit 1; fi
venv/bin/edgecnn --help >help.txt
venv/bin/edgecnn convert digits.tflite -o digits
cc -std=c99 -pedantic -Wall -Wextra -Wconversion -Werror -Idigits -c digits/digits.c digits/runtime/*.c
venv/bin/edgecnn verify digits --dataset none --without-oracles >verify.txt
venv/bin/edgecnn boards >boards.txt
venv/bin/edgecnn build digits --board host -o firmware >build.txt
echo "wheel: installed, converted, compiled, verified and built in a clean environment"

#!/usr/bin/env bash
# The wheel in clean environments without tensorflow, one for each Python: converts and compiles the committed network
# from another folder. `tests/run_wheel.sh 3.12 3.13` asks for those; the default is the Python that runs.
set -euo pipefail
cd "$(dirname "$0")/.."

model=$PWD/edgecnn/zoo/trained/lenet5_mnist.tflite
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The path of a Python of that version that really runs: one on PATH may be a shim, which says no more than that (and
# pyenv's runs when it is told which).
python_of() {
  local candidate
  for candidate in "${PYTHON:-python3}" "python$1"; do
    PYENV_VERSION=$1 "$candidate" - "$1" <<<'import sys
sys.exit("{}.{}".format(*sys.version_info) != sys.argv[1] or print(sys.executable))' 2>/dev/null && return
  done
  return 1
}

check() {
  local python=$1/venv/bin/python edgecnn=$1/venv/bin/edgecnn
  "$python" -m pip install --quiet --disable-pip-version-check "$scratch"/wheel/*.whl
  cp "$model" "$1/digits.tflite"
  cd "$1"
  if "$python" -c 'import tensorflow' 2>/dev/null; then echo "the environment is not clean: it has tensorflow"; exit 1; fi
  if "$python" -c 'import converters' 2>/dev/null; then echo "a generic top-level name became importable"; exit 1; fi
  "$python" -W error -c 'import edgecnn'
  "$edgecnn" --help >help.txt
  "$edgecnn" convert digits.tflite -o digits >convert.txt
  cc -std=c99 -pedantic -Wall -Wextra -Wconversion -Werror -Idigits -c digits/digits.c digits/runtime/*.c
  "$edgecnn" verify digits --dataset none --without-oracles >verify.txt
  "$edgecnn" boards >boards.txt
  "$edgecnn" build digits --board host -o firmware >build.txt
}

[ $# -gt 0 ] || set -- "$("${PYTHON:-python3}" -c 'import sys; print("{}.{}".format(*sys.version_info))')"
ran=() missing=()
for version in "$@"; do
  if ! python=$(python_of "$version"); then
    missing+=("$version")
    continue
  fi
  "$python" -m venv "$scratch/$version/venv"
  if [ ${#ran[@]} = 0 ]; then
    "$scratch/$version/venv/bin/python" -m pip wheel --quiet --disable-pip-version-check --no-deps \
      --wheel-dir "$scratch/wheel" .
  fi
  (check "$scratch/$version")
  ran+=("$("$python" -c 'import platform; print(platform.python_version())')")
done

[ ${#missing[@]} = 0 ] || echo "wheel: NOT CHECKED, for no such Python runs here: ${missing[*]}"
if [ ${#ran[@]} = 0 ]; then exit 1; fi
echo "wheel: installed, converted, compiled, verified and built in a clean environment of Python ${ran[*]}"

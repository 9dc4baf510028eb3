#!/usr/bin/env bash
# Everything that must hold before a change lands: installs what it needs (into .venv; emulators, compilers and flash
# tools through `edgecnn doctor`), then checks format, lint and types, and runs the tests.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check -e '.[all]'
PATH="$PWD/.venv/bin:$PATH"

edgecnn doctor --install >/dev/null
npm ci --silent --no-audit --no-fund --prefix edgecnn/emulators # the tests have a cache of their own
if [ ! -x /usr/sbin/sshd ]; then # a Raspberry Pi's, for the tests alone
  as_root=$([ "$(id -u)" = 0 ] || echo sudo)
  $as_root apt-get update -qq
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openssh-server >/dev/null
fi

ruff check .
ruff format --check .
find firmware tests edgecnn/emulators/*.c -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run -Werror

mypy -p edgecnn -p tests

python -m pytest -n 2 --dist worksteal "$@"

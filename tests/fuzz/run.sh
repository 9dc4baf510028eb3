#!/usr/bin/env bash
# Fuzzes the app with libFuzzer under sanitizers: tests/fuzz/run.sh [EXECUTIONS] [-DMODEL_HAS_STATE]
# Needs clang with libFuzzer (Debian: apt-get install clang libclang-rt-14-dev). Stops at the first finding.
set -euo pipefail
cd "$(dirname "$0")/../.."

build=build/fuzz
mkdir -p "$build/corpus"
clang ${2:-} -std=c99 -O2 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Itests/fuzz -Ifirmware -Ifirmware/app \
  tests/fuzz/*.c firmware/app/app.c firmware/app/frame.c firmware/app/state.c -o "$build/fuzz_app"
"$build/fuzz_app" -runs="${1:-5000000}" -seed=1 -max_len=64 -print_final_stats=1 -artifact_prefix="$build/" "$build/corpus"

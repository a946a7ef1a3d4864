#!/bin/sh
# Runs clang-tidy over native/core: native-tidy.sh [clang-tidy's name]
set -eu

tidy=${1:-$(command -v clang-tidy-19 || command -v clang-tidy || true)}
if [ -z "$tidy" ]; then
  echo "native-tidy.sh: clang-tidy is not installed (Debian: clang-tidy-19)" >&2
  exit 2
fi

root=$(cd "$(dirname "$0")/.." && pwd)
cmake -S "$root" -B "$root/build/tidy" >/dev/null
# One for each core, as a file takes seconds. The database is made for g++, whose warnings clang does not all know.
printf '%s\0' "$root"/native/core/*.cc |
  xargs -0 -n 2 -P "$(nproc)" "$tidy" --quiet --extra-arg=-Wno-unknown-warning-option -p "$root/build/tidy"

#!/bin/sh
# Builds the addon with AddressSanitizer and UBSan and runs test/native on it: native-asan.sh [vitest's arguments]
set -eu

cd "$(dirname "$0")/.."
npx cmake-js compile -O build/asan/build --CDCMAKE_UNITY_BUILD=ON --CDNODE_LTO_SANITIZE=address,undefined

# Node is not built with ASan, so the run-time library has to come first; V8's heap is not for LeakSanitizer.
NODE_LTO_PREBUILD=$PWD/build/asan
LD_PRELOAD=$(readlink -f "$(g++ -print-file-name=libasan.so)")
# Freed memory is kept back by default up to 256 MiB, which tests of growth would see.
ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16
UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export NODE_LTO_PREBUILD LD_PRELOAD ASAN_OPTIONS UBSAN_OPTIONS
exec node node_modules/vitest/vitest.mjs run --project 'all*' "${@:-test/native}"

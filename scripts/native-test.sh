#!/bin/sh
# Builds and runs the tests of native/core: native-test.sh [plain|asan|tsan] [part of a test's name]
# Needs CMake and a C++20 compiler, neither Node nor a tape drive.
set -eu

variant=${1:-plain}
case $variant in
  plain) sanitize= ;;
  asan) sanitize=address,undefined ;;
  tsan) sanitize=thread ;;
  *)
    echo "native-test.sh: no variant '$variant': plain, asan or tsan" >&2
    exit 2
    ;;
esac

root=$(cd "$(dirname "$0")/.." && pwd)
folder=$root/build/core-$variant
mkdir -p "$root/build"
# Several sources in one are compiled in a third of the time; the addon is made of each by itself.
cmake -S "$root" -B "$folder" -DCMAKE_UNITY_BUILD=ON -DNODE_LTO_TESTS=ON -DNODE_LTO_SANITIZE="$sanitize" \
  >"$folder.log" 2>&1 ||
  { cat "$folder.log" >&2; exit 1; }
cmake --build "$folder" --target lto_core_tests -j2

run=
# Kernels that randomise more address bits than TSan's shadow memory allows: run without.
if [ "$variant" = tsan ] && command -v setarch >/dev/null && setarch -R true 2>/dev/null; then run='setarch -R'; fi
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1
# A call that never comes back is a failure too.
timeout 300 $run "$folder/lto_core_tests" ${2:+"$2"}

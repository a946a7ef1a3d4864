#!/bin/sh
# Builds the addon as it is where the run-time takes no memory from outside (Electron), and runs test/native on it:
# native-copies.sh [vitest's arguments]
set -eu

cd "$(dirname "$0")/.."
npx cmake-js compile -O build/copies/build --log-level warn --CDCMAKE_UNITY_BUILD=ON --CDNODE_LTO_EXTERNAL_BUFFERS=OFF

NODE_LTO_PREBUILD=$PWD/build/copies
export NODE_LTO_PREBUILD
exec node node_modules/vitest/vitest.mjs run --project 'all*' "${@:-test/native}"

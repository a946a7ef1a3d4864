#!/usr/bin/env bash
# test/lab/setup.sh [--kernel 6.1]
#
# Puts the kernel lab's kernel into .lab/ (which git ignores) and, as root, installs the tools that the guest
# uses through hostfs. Safe to run again: what is there already is left alone.
#
# The kernel is Debian sid's user-mode-linux, because its scsi_debug emulates a tape (Linux 6.15 or newer). It comes
# from the same mirror that this machine's own apt uses, through private lists: the machine's apt configuration is
# neither read for other suites nor changed. From there come newer judges too, into .lab/newer: sg3-utils with
# sg_write_attr, and stenc 2, which run with the C library of their own suite. `--kernel 6.1` (or LTO_LAB_KERNEL=6.1) puts bookworm's kernel beside it,
# into .lab/6.1/: it has no emulated tape, and is there to show that the code runs on a kernel that servers run.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lab=${NODE_LTO_LAB_DIR:-$(cd "$here/../.." && pwd)/.lab}
newer=$lab/newer
version=${LTO_LAB_KERNEL:-}
tools=(sg3-utils mt-st stenc lsscsi mtx tgt open-iscsi iproute2 kmod patchelf tar)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

fail() { printf 'lab:setup: %s\n' "$*" >&2; exit 1; }

while [ $# -gt 0 ]; do
  case $1 in
    --kernel) version=${2:?--kernel needs a version}; shift 2 ;;
    *) fail "unknown option $1 (usage: test/lab/setup.sh [--kernel 6.1])" ;;
  esac
done
case $version in
  '') suite=sid ;;
  6.1) suite=bookworm lab=$lab/$version ;;
  *) fail "there is no kernel $version for the lab: 6.1, or without a version that of Debian sid" ;;
esac

[ "$(uname -s)" = Linux ] || fail "the kernel lab needs Linux (this is $(uname -s))"
[ "$(uname -m)" = x86_64 ] || fail "Debian builds User-Mode Linux for x86_64 only (this is $(uname -m))"
command -v apt-get >/dev/null || fail "needs Debian's apt-get to fetch the kernel package"

missing=()
for tool in "${tools[@]}"; do
  dpkg-query -W -f='${Status}' "$tool" 2>/dev/null | grep -q 'ok installed' || missing+=("$tool")
done
if [ ${#missing[@]} -gt 0 ]; then
  [ "$(id -u)" = 0 ] || fail "as root, install first: apt-get install ${missing[*]}"
  echo "lab:setup: installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' | grep -E '/debian/?$' | sort -u | head -n 1)

# Sets apt and its counterpart apt_cache to the packages of a suite alone, with lists below a folder: use_suite <suite> <folder>
use_suite() {
  [ -n "$mirror" ] || fail "found no Debian mirror in this machine's apt configuration"
  [ -f "$keyring" ] || fail "$keyring is missing: apt-get install debian-archive-keyring"
  mkdir -p "$2/lists/partial" "$2/cache/archives/partial" "$2/debs"
  printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$1" >"$2/sources.list"
  local options=(
    -o "Dir::Etc::sourcelist=$2/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
    -o "Dir::State::Lists=$2/lists" -o "Dir::Cache=$2/cache" -o APT::Sandbox::User=root)
  apt=(apt-get -qq "${options[@]}") apt_cache=(apt-cache "${options[@]}")
  "${apt[@]}" update
}

# Unpacks packages of that suite into <folder>/root: unpack <folder> <package…>
unpack() {
  local folder=$1 deb
  shift
  (cd "$folder/debs" && "${apt[@]}" download "$@")
  for deb in "$folder"/debs/*.deb; do dpkg -x "$deb" "$folder/root"; done
  rm -rf "$folder/lists" "$folder/cache" "$folder/debs"
}

# The judges whose version in this machine's suite can't do all that they are to judge.
newer_tools=(sg_write_attr sg_read_attr sg_vpd sg_logs stenc)

fetch_newer_tools() {
  local folder=$1 library loader libraries tool
  echo "lab:setup: fetching newer tools"
  use_suite sid "$folder"
  library=$("${apt_cache[@]}" depends sg3-utils | sed -n 's/.*Depends: \(libsgutils2.*\)/\1/p')
  unpack "$folder" sg3-utils "$library" stenc libc6 libstdc++6 libgcc-s1
  loader=$(find "$folder/root" -name 'ld-linux-x86-64.so.2' -print -quit)
  libraries=$(dirname "$(find "$folder/root" -name 'libc.so.6' -print -quit)")
  mkdir -p "$folder/bin.new"
  for tool in "${newer_tools[@]}"; do
    printf '#!/bin/sh\nexec %q --library-path %q %q "$@"\n' "$loader" "$libraries" "$folder/root/usr/bin/$tool" \
      >"$folder/bin.new/$tool"
    chmod +x "$folder/bin.new/$tool"
    "$folder/bin.new/$tool" --version >/dev/null 2>&1 || fail "the newer $tool does not start on this machine"
  done
  mv "$folder/bin.new" "$folder/bin"
}

[ -d "$newer/bin" ] || fetch_newer_tools "$newer"

if [ -x "$lab/linux.uml" ] && [ -f "$lab/modules" ]; then
  echo "lab:setup: the kernel is in $lab"
  exit 0
fi

work=$lab/apt
echo "lab:setup: fetching the kernel"
use_suite "$suite" "$work"
unpack "$work" user-mode-linux libc6

kernel=$(find "$work/root/usr/bin" -name 'linux.uml' -print -quit)
modules=$(find "$work/root/usr/lib/uml/modules" -mindepth 1 -maxdepth 1 -type d -print -quit)
[ -n "$kernel" ] && [ -n "$modules" ] || fail "the package user-mode-linux does not look as expected (in $work/root)"

cp "$kernel" "$lab/linux.uml.new"
# A binary of another Debian release may need a newer libc than this machine has. It must be patched rather than started through
# ld.so, because UML executes /proc/self/exe again.
loader=$(find "$work/root" -name 'ld-linux-x86-64.so.2' -print -quit)
if ! "$lab/linux.uml.new" --version >/dev/null 2>&1; then
  libc=$(dirname "$(find "$work/root" -name 'libc.so.6' -print -quit)")
  patchelf --set-interpreter "$libc/$(basename "$loader")" --set-rpath "$libc" "$lab/linux.uml.new"
fi
"$lab/linux.uml.new" --version >/dev/null || fail "the kernel does not start on this machine"
printf '%s\n' "$modules" >"$lab/modules"
mv "$lab/linux.uml.new" "$lab/linux.uml"
echo "lab:setup: kernel $("$lab/linux.uml" --version) in $lab"

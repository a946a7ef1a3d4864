#!/usr/bin/env bash
# test/lab/setup.sh [--kernel 6.1]
#
# Puts the kernel lab's kernel into .lab/ (which git ignores) and, as root, installs the tools that the guest
# uses through hostfs. Safe to run again: what is there already is left alone.
#
# The kernel is Debian sid's user-mode-linux, because its scsi_debug emulates a tape (Linux 6.15 or newer). It comes
# from the same mirror that this machine's own apt uses, through private lists: the machine's apt configuration is
# neither read for other suites nor changed. `--kernel 6.1` (or LTO_LAB_KERNEL=6.1) puts bookworm's kernel beside it,
# into .lab/6.1/: it has no emulated tape, and is there to show that the code runs on a kernel that servers run.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lab=${NODE_LTO_LAB_DIR:-$(cd "$here/../.." && pwd)/.lab}
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

if [ -x "$lab/linux.uml" ] && [ -f "$lab/modules" ]; then
  echo "lab:setup: the kernel is in $lab"
  exit 0
fi

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' | grep -E '/debian/?$' | sort -u | head -n 1)
[ -n "$mirror" ] || fail "found no Debian mirror in this machine's apt configuration"
[ -f "$keyring" ] || fail "$keyring is missing: apt-get install debian-archive-keyring"

work=$lab/apt
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/debs"
printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$suite" >"$work/sources.list"
apt=(apt-get -qq
  -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
  -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
  -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root)
echo "lab:setup: fetching the kernel"
"${apt[@]}" update
(cd "$work/debs" && "${apt[@]}" download user-mode-linux libc6)
for deb in "$work"/debs/*.deb; do dpkg -x "$deb" "$work/root"; done

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
rm -rf "$work/lists" "$work/cache" "$work/debs"
echo "lab:setup: kernel $("$lab/linux.uml" --version) in $lab"

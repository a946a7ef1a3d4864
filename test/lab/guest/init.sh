#!/bin/bash
# First process of the lab's kernel. The kernel's command line gives it LAB_RUN, the folder of this run: what to do is in
# $LAB_RUN/{command,environment,cwd,drive,modules}, what came of it goes to $LAB_RUN/status and, through two serial
# lines, to the standard output and error of whoever started the lab.
set -u
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
here=$(dirname "${BASH_SOURCE[0]}")

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null
mkdir -p /dev/shm /dev/pts
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /dev/shm
mount -t devpts devpts /dev/pts
ln -sf /proc/self/fd /dev/fd
mkdir -p /run/tmp /run/lock
export TMPDIR=/run/tmp
ip link set lo up
hostname lab

# Everything from here on goes out through the serial lines, byte for byte.
stty -F /dev/ttyS0 raw -echo
stty -F /dev/ttyS1 raw -echo
exec </dev/null >/dev/ttyS0 2>/dev/ttyS1

. "$here/drives.sh"

finish() {
  printf '%s\n' "$1" >"$LAB_RUN/status"
  sync
  poweroff -f >/dev/null 2>&1
}

modules=$(<"$LAB_RUN/modules")
load() { insmod "$(find "$modules" -name "$1.ko" -print -quit)" "${@:2}"; }
for module in scsi_common scsi_mod sg st; do load "$module" || finish 125; done

mapfile -t drive <"$LAB_RUN/drive"
"drive_${drive[0]}" "${drive[@]:1}" || { echo "lab: the drive '${drive[*]}' did not come up" >&2; finish 125; }

while IFS= read -r -d '' variable; do export "${variable?}"; done <"$LAB_RUN/environment"
export LTO_LAB=1 LTO_LAB_DRIVE=${drive[0]}
cd "$(<"$LAB_RUN/cwd")" || finish 125
mapfile -d '' -t command <"$LAB_RUN/command"
# Through pipes, so that the command sees no terminal where there is none.
"${command[@]}" 2> >(exec cat >&2) | cat
status=${PIPESTATUS[0]}
wait
finish "$status"

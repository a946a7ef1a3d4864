# The drives that the lab offers: one function each, called with the options of `--drive NAME,option,…`.

no_drive() { :; }
drive_none() { :; }

# Waits until the tape node is there: drive_wait <path>
drive_wait() {
  for _ in $(seq 100); do [ -e "$1" ] && return 0; sleep 0.1; done
  return 1
}

# The kernel's own emulation: 10,000 blocks at most, keeps only the first 4 bytes of each. Options: module parameters.
drive_scsi_debug() {
  load scsi_debug ptype=1 delay=0 "$@" && drive_wait /dev/nst0
}

# tgt's tape over iSCSI: keeps the data. Option: size=<MiB> of the cartridge (default 256).
drive_tgt() {
  local option size=256 state=/run/tgt target=iqn.2026-11.lab:tape
  for option in "$@"; do case $option in size=*) size=${option#size=} ;; *) return 1 ;; esac; done
  mkdir -p "$state" /run/iscsi /run/lock/iscsi
  load libiscsi_tcp 2>/dev/null
  for module in scsi_transport_iscsi libiscsi libiscsi_tcp iscsi_tcp; do
    grep -q "^$module " /proc/modules || load "$module" || return 1
  done
  {
    tgtimg --op new --device-type tape --barcode LAB001L8 --size "$size" --type data --file "$state/tape" &&
    tgtd && sleep 0.5 &&
    tgtadm --lld iscsi --mode target --op new --tid 1 --targetname "$target" &&
    tgtadm --lld iscsi --mode logicalunit --op new --tid 1 --lun 1 -b "$state/tape" --device-type tape &&
    tgtadm --lld iscsi --mode target --op bind --tid 1 --initiator-address ALL
  } >/run/tgt/log 2>&1 || { cat /run/tgt/log >&2; return 1; }
  {
    # open-iscsi keeps its node database in /etc and /var, which belong to the host: give the guest its own.
    mkdir -p /run/etc-iscsi && cp -r /etc/iscsi/. /run/etc-iscsi/ &&
    printf 'InitiatorName=iqn.2026-11.lab:initiator\n' >/run/etc-iscsi/initiatorname.iscsi &&
    mount --bind /run/etc-iscsi /etc/iscsi &&
    { [ ! -d /var/lib/iscsi ] || mount -t tmpfs tmpfs /var/lib/iscsi; } &&
    iscsid && sleep 0.3 &&
    iscsiadm -m discovery -t sendtargets -p 127.0.0.1 &&
    iscsiadm -m node -T "$target" -p 127.0.0.1 --login
  } >/run/iscsi/log 2>&1 || { cat /run/iscsi/log >&2; return 1; }
  drive_wait /dev/nst0
}

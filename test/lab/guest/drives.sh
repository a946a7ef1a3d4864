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

# Loads the kernel's iSCSI initiator.
load_iscsi() {
  local module
  mkdir -p /run/iscsi /run/lock/iscsi
  for module in scsi_transport_iscsi libiscsi libiscsi_tcp iscsi_tcp; do
    grep -q "^$module " /proc/modules || load "$module" || return 1
  done
}

# Logs in to all targets of a portal: login_iscsi <address> <port>
login_iscsi() {
  {
    # open-iscsi keeps its node database in /etc and /var, which belong to the host: give the guest its own.
    mkdir -p /run/etc-iscsi && cp -r /etc/iscsi/. /run/etc-iscsi/ &&
    printf 'InitiatorName=iqn.2026-11.lab:initiator\n' >/run/etc-iscsi/initiatorname.iscsi &&
    mount --bind /run/etc-iscsi /etc/iscsi &&
    { [ ! -d /var/lib/iscsi ] || mount -t tmpfs tmpfs /var/lib/iscsi; } &&
    iscsid && sleep 0.3 &&
    iscsiadm -m discovery -t sendtargets -p "$1:$2" &&
    iscsiadm -m node -p "$1:$2" --login
  } >/run/iscsi/log 2>&1 || { cat /run/iscsi/log >&2; return 1; }
}

# tgt's tape over iSCSI: keeps the data. Option: size=<MiB> of the cartridge (default 256).
drive_tgt() {
  local option size=256 state=/run/tgt target=iqn.2026-11.lab:tape
  for option in "$@"; do case $option in size=*) size=${option#size=} ;; *) return 1 ;; esac; done
  mkdir -p "$state"
  load_iscsi || return 1
  {
    tgtimg --op new --device-type tape --barcode LAB001L8 --size "$size" --type data --file "$state/tape" &&
    tgtd && sleep 0.5 &&
    tgtadm --lld iscsi --mode target --op new --tid 1 --targetname "$target" &&
    tgtadm --lld iscsi --mode logicalunit --op new --tid 1 --lun 1 -b "$state/tape" --device-type tape &&
    tgtadm --lld iscsi --mode target --op bind --tid 1 --initiator-address ALL
  } >/run/tgt/log 2>&1 || { cat /run/tgt/log >&2; return 1; }
  login_iscsi 127.0.0.1 3260 && drive_wait /dev/nst0
}

# The project's own virtual LTO drive, served by lib/ over iSCSI: keeps the data and has everything an LTO drive has.
# Options: generation=<5 to 10> (default 8), capacity=<size> of the cartridge (default 256MiB), early-warning=<bytes>,
# drives=<number> (default 1), trait=<name> of src/virtual/traits, worm, write-protected, empty. The folders are $LTO_LAB_VIRTUAL/0, /1, …
drive_virtual() {
  local option drives=1 i cartridge=(--capacity 256MiB) generation=8 early=() traits=() lto
  lto=$(cd "$here/../../.." && pwd)/lib/cli/main.js
  for option in "$@"; do
    case $option in
      generation=*) generation=${option#generation=} ;;
      capacity=*) cartridge[1]=${option#capacity=} ;;
      early-warning=*) early=(--early-warning "${option#early-warning=}") ;;
      drives=*) drives=${option#drives=} ;;
      trait=*)
        traits+=(--trait "${option#trait=}")
        export LTO_TEST_TRAIT=${option#trait=}
        ;;
      worm | write-protected) cartridge+=("--$option") ;;
      empty) cartridge=(--no-cartridge) ;;
      *) return 1 ;;
    esac
  done
  export LTO_LAB_VIRTUAL=/run/virtual
  mkdir -p "$LTO_LAB_VIRTUAL"
  load_iscsi || return 1
  for ((i = 0; i < drives; i++)); do
    node "$lto" virtual create "$LTO_LAB_VIRTUAL/$i" --generation "$generation" "${early[@]}" "${traits[@]}" \
      "${cartridge[@]}" \
      >>/run/virtual.log 2>&1 || { cat /run/virtual.log >&2; return 1; }
  done
  serve_virtual "$lto" "$LTO_LAB_VIRTUAL"/* && drive_wait "/dev/nst$((drives - 1))" || { cat /run/virtual.log >&2; return 1; }
}

# Serves folders by lib/ in the process $LTO_LAB_SERVER, and logs in to all of them: serve_virtual <lto> <folder>…
serve_virtual() {
  node "$1" serve-virtual --json "${@:2}" >/run/virtual.ready 2>>/run/virtual.log &
  export LTO_LAB_SERVER=$!
  # The end of the run is not to wait for it.
  disown
  for _ in $(seq 200); do [ -s /run/virtual.ready ] && break; sleep 0.1; done
  [ -s /run/virtual.ready ] && login_iscsi 127.0.0.1 3260
}

# The project's own virtual library, served by lib/ over iSCSI, under Linux's ch, st and sg. Options: drives=<number>
# (default 2), slots=<number> (default 6), mail-slots=<number> (default 2), cleaning=<number>, cartridges=<number>,
# generation=<5 to 10>, capacity=<size> of each cartridge (default 64MiB), trait=<name>, unloads-drives. The folder is $LTO_LAB_LIBRARY,
# the changer $LTO_LAB_CHANGER.
drive_library() {
  local option drives=2 library=(--slots 6 --capacity 64MiB) lto
  lto=$(cd "$here/../../.." && pwd)/lib/cli/main.js
  for option in "$@"; do
    case $option in
      drives=*) drives=${option#drives=} ;;
      slots=* | mail-slots=* | cleaning=* | cartridges=* | generation=* | capacity=* | trait=*)
        library+=("--${option%%=*}" "${option#*=}")
        [ "${option%%=*}" != trait ] || export LTO_LAB_TRAIT=${option#*=}
        ;;
      unloads-drives) library+=("--$option") ;;
      *) return 1 ;;
    esac
  done
  export LTO_LAB_LIBRARY=/run/library
  load_iscsi && load ch || return 1
  node "$lto" virtual create-library "$LTO_LAB_LIBRARY" --drives "$drives" "${library[@]}" >>/run/virtual.log 2>&1 &&
    serve_virtual "$lto" "$LTO_LAB_LIBRARY" && drive_wait "/dev/nst$((drives - 1))" && drive_wait /dev/sch0 ||
    { cat /run/virtual.log >&2; return 1; }
  local node=(/sys/class/scsi_changer/sch0/device/scsi_generic/*)
  export LTO_LAB_CHANGER=/dev/${node##*/}
}

# tgt's changer over iSCSI, with two drives, six slots of which three have cartridges, and two mail slots. tgt gives its media
# changer few commands. The node is $LTO_LAB_CHANGER.
drive_tgt_library() {
  local state=/run/tgt target=iqn.2026-11.lab:library drive barcode
  mkdir -p "$state/media"
  load_iscsi && load ch || return 1
  for barcode in A00001L8 A00002L8 A00003L8; do
    tgtimg --op new --device-type tape --barcode "$barcode" --size 64 --type data --file "$state/media/$barcode" \
      >>"$state/log" 2>&1 || { cat "$state/log" >&2; return 1; }
  done
  {
    tgtd && sleep 0.5 &&
    tgtadm --lld iscsi --mode target --op new --tid 1 --targetname "$target" &&
    for drive in 1 2; do
      tgtimg --op new --device-type tape --barcode "EMPTY${drive}L8" --size 1 --type data --file "$state/drive$drive" &&
      tgtadm --lld iscsi --mode logicalunit --op new --tid 1 --lun "$drive" -b "$state/drive$drive" --device-type tape &&
      tgtadm --lld iscsi --mode logicalunit --op update --tid 1 --lun "$drive" --params online=0 || return 1
    done &&
    : >"$state/changer" &&
    tgtadm --lld iscsi --mode logicalunit --op new --tid 1 --lun 3 -b "$state/changer" --device-type changer &&
    tgt_changer "media_home=$state/media" &&
    tgt_changer element_type=4,start_address=1,quantity=2 &&
    tgt_changer element_type=4,address=1,tid=1,lun=1 &&
    tgt_changer element_type=4,address=2,tid=1,lun=2 &&
    tgt_changer element_type=1,start_address=16,quantity=1 &&
    tgt_changer element_type=3,start_address=32,quantity=2 &&
    tgt_changer element_type=2,start_address=1024,quantity=6 &&
    tgt_changer element_type=2,address=1024,barcode=A00001L8 &&
    tgt_changer element_type=2,address=1025,barcode=A00002L8 &&
    tgt_changer element_type=2,address=1026,barcode=A00003L8 &&
    tgtadm --lld iscsi --mode target --op bind --tid 1 --initiator-address ALL
  } >>"$state/log" 2>&1 || { cat "$state/log" >&2; return 1; }
  login_iscsi 127.0.0.1 3260 && drive_wait /dev/nst1 && drive_wait /dev/sch0 || return 1
  local node=(/sys/class/scsi_changer/sch0/device/scsi_generic/*)
  export LTO_LAB_CHANGER=/dev/${node##*/}
}

# Sets up a part of tgt's changer: tgt_changer <parameters>
tgt_changer() {
  tgtadm --lld iscsi --mode logicalunit --op update --tid 1 --lun 3 --params "$1"
}

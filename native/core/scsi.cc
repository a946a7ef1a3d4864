#include "scsi.h"

#include <scsi/sg.h>

#include <algorithm>
#include <cerrno>

#include "control.h"

namespace lto {
namespace {

static_assert(sizeof(sg_io_hdr) == (sizeof(void*) == 8 ? 88 : 64));

int wireDirection(DataDirection direction) {
  switch (direction) {
    case DataDirection::in:
      return SG_DXFER_FROM_DEV;
    case DataDirection::out:
      return SG_DXFER_TO_DEV;
    case DataDirection::none:
      break;
  }
  return SG_DXFER_NONE;
}

/** Drivers have been seen to report residuals below 0 and above the length. */
std::size_t transferred(std::size_t length, int residual) {
  const auto missing = static_cast<std::size_t>(std::max(residual, 0));
  return length - std::min(length, missing);
}

}  // namespace

Outcome sgIo(int fd, ScsiCall& call) {
  ScsiOutcome outcome;
  sg_io_hdr header{};
  header.interface_id = 'S';
  header.dxfer_direction = wireDirection(call.direction);
  header.cmdp = call.cdb.data();
  header.cmd_len = call.cdbLength;
  header.sbp = outcome.sense.data();
  header.mx_sb_len = ScsiOutcome::senseCapacity;
  header.dxferp = call.data.data();
  header.dxfer_len = static_cast<unsigned>(call.data.size());
  header.timeout = call.timeoutMs;
  // Not retried when interrupted: the command goes on in the drive.
  if (control(fd, SG_IO, header) != 0) return Failure{errno, ScsiCall::syscall};

  outcome.status = header.status;
  outcome.hostStatus = header.host_status;
  outcome.driverStatus = header.driver_status;
  outcome.senseLength = std::min<std::uint8_t>(header.sb_len_wr, ScsiOutcome::senseCapacity);
  outcome.residual = header.resid;
  outcome.duration = header.duration;
  if (call.direction == DataDirection::in) {
    outcome.data = std::move(call.data);
    outcome.dataLength = transferred(outcome.data.size(), header.resid);
  }
  return outcome;
}

}  // namespace lto

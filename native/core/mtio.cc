#include "mtio.h"

#include <sys/mtio.h>

#include <cerrno>

#include "control.h"
#include "interrupted.h"

namespace lto {
namespace {

static_assert(sizeof(mtop) == 8);
static_assert(sizeof(mtget) == 5 * sizeof(long) + 2 * sizeof(int));
static_assert(sizeof(mtpos) == sizeof(long));

}  // namespace

int readMtStatus(int fd, MtStatus& status) {
  mtget raw{};
  if (retryInterrupted([&] { return control(fd, MTIOCGET, raw); }) != 0) return errno;
  status = {
      .type = raw.mt_type,
      .residual = raw.mt_resid,
      .deviceRegister = static_cast<std::uint32_t>(raw.mt_dsreg),
      .generalStatus = static_cast<std::uint32_t>(raw.mt_gstat),
      .errorRegister = raw.mt_erreg,
      .fileNumber = raw.mt_fileno,
      .blockNumber = raw.mt_blkno,
  };
  return 0;
}

Outcome mtOp(int fd, const MtOpCall& call) {
  mtop operation{};
  operation.mt_op = call.operation;
  operation.mt_count = call.count;
  // Not retried when interrupted: the tape may have moved.
  if (control(fd, MTIOCTOP, operation) != 0) return Failure{errno, MtOpCall::syscall};
  return Done{};
}

Outcome mtGet(int fd) {
  MtStatus status;
  if (const int error = readMtStatus(fd, status); error != 0) return Failure{error, MtGetCall::syscall};
  return status;
}

Outcome mtPos(int fd) {
  mtpos raw{};
  if (retryInterrupted([&] { return control(fd, MTIOCPOS, raw); }) != 0) return Failure{errno, MtPosCall::syscall};
  return Position{raw.mt_blkno};
}

}  // namespace lto

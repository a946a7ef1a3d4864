#pragma once

#include "call.h"
#include "outcome.h"

namespace lto {

/** MTIOCGET into `status`; returns 0 or the errno value. */
[[nodiscard]] int readMtStatus(int fd, MtStatus& status);

[[nodiscard]] Outcome mtOp(int fd, const MtOpCall& call);
[[nodiscard]] Outcome mtGet(int fd);
[[nodiscard]] Outcome mtPos(int fd);

}  // namespace lto

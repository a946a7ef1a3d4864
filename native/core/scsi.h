#pragma once

#include "call.h"
#include "outcome.h"

namespace lto {

/** SG_IO; takes the data buffer out of `call`. */
[[nodiscard]] Outcome sgIo(int fd, ScsiCall& call);

}  // namespace lto

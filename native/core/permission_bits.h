#pragma once

#include <sys/stat.h>

namespace lto {

/** Of a mode: what chmod(2) can set. */
constexpr mode_t permissionBits = 07777;

}  // namespace lto

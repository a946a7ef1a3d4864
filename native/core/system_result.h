#pragma once

#include <cerrno>

namespace lto {

/** What a system call returned, or the negative errno. */
inline int systemResult(int outcome) {
  return outcome < 0 ? -errno : outcome;
}

}  // namespace lto

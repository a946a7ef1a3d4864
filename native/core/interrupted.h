#pragma once

#include <cerrno>

namespace lto {

/** Repeats a call that a signal interrupted. Only for calls that can be done twice without harm: open(2) and queries.
 */
template <typename SystemCall>
auto retryInterrupted(SystemCall call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

}  // namespace lto

#pragma once

#include <cstdint>

namespace lto {

enum class LockMode : std::uint8_t { shared, exclusive };

/**
 * flock(2) without waiting. Returns 0, EWOULDBLOCK where somebody else holds a lock that rules this one out, or another
 * errno value. The lock is that of the open file: it goes with the last descriptor of it, at the latest with the
 * process.
 */
[[nodiscard]] int lockFile(int fd, LockMode mode);

}  // namespace lto

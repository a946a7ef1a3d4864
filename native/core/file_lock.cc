#include "file_lock.h"

#include <sys/file.h>

#include <cerrno>

#include "interrupted.h"

namespace lto {

int lockFile(int fd, LockMode mode) {
  const int operation = (mode == LockMode::shared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  return retryInterrupted([&] { return ::flock(fd, operation); }) == 0 ? 0 : errno;
}

}  // namespace lto

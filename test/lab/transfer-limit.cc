// Preloaded under a program: read(2) and write(2) of a tape node answer EBUSY above LTO_TRANSFER_LIMIT bytes, as `st`
// does where the scatter list of the host adapter is too short, before any command reaches the drive.
#include <dlfcn.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>

namespace {

constexpr unsigned majorOfSt = 9;

bool isTape(int fd) {
  struct stat facts {};
  return fstat(fd, &facts) == 0 && S_ISCHR(facts.st_mode) && major(facts.st_rdev) == majorOfSt;
}

bool isCarried(int fd, std::size_t count) {
  static const char* const limit = std::getenv("LTO_TRANSFER_LIMIT");
  return limit == nullptr || count <= std::strtoull(limit, nullptr, 10) || !isTape(fd);
}

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" ssize_t read(int fd, void* buffer, size_t count) {
  static const auto real = next<ssize_t (*)(int, void*, size_t)>("read");
  if (isCarried(fd, count)) return real(fd, buffer, count);
  errno = EBUSY;
  return -1;
}

extern "C" ssize_t write(int fd, const void* buffer, size_t count) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
  if (isCarried(fd, count)) return real(fd, buffer, count);
  errno = EBUSY;
  return -1;
}

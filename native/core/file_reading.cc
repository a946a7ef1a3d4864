#include "file_reading.h"

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "interrupted.h"

namespace lto {
namespace {

/** O_NONBLOCK: a FIFO that took the file's place meanwhile is not waited for. */
constexpr int readFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
/** Attributes that grow while they are read are asked for again, but not for ever. */
constexpr int readAttempts = 8;

/** File systems without extended attributes, and kinds of files that can't have any. */
bool hasNone(int error) {
  return error == ENOTSUP || error == EPERM || error == ENODATA;
}

/** `listed`: what llistxattr(2) or the like has returned. */
int takeListed(ssize_t listed, std::size_t& attributeBytes) {
  attributeBytes = listed > 0 ? static_cast<std::size_t>(listed) : 0;
  return listed >= 0 || hasNone(errno) ? 0 : errno;
}

/** Calls `call(data, size)` with memory that is large enough for its answer; -1 with errno where that fails. */
template <typename Buffer, typename SystemCall>
ssize_t readWhole(Buffer& buffer, SystemCall call) {
  for (int attempt = 0; attempt < readAttempts; attempt += 1) {
    const ssize_t needed = call(nullptr, 0);
    if (needed < 0) return -1;
    buffer.resize(static_cast<std::size_t>(needed));
    if (needed == 0) return 0;
    const ssize_t count = call(buffer.data(), buffer.size());
    if (count >= 0) {
      buffer.resize(static_cast<std::size_t>(count));
      return count;
    }
    if (errno != ERANGE) return -1;
  }
  return -1;
}

}  // namespace

int inspectFile(const char* path, struct stat& status, std::size_t& attributeBytes) {
  attributeBytes = 0;
  if (retryInterrupted([&] { return ::lstat(path, &status); }) != 0) return errno;
  return takeListed(::llistxattr(path, nullptr, 0), attributeBytes);
}

int inspectAttributes(int fd, std::size_t& attributeBytes) {
  return takeListed(::flistxattr(fd, nullptr, 0), attributeBytes);
}

UniqueFd openToRead(int folder, const char* path) {
  return UniqueFd(retryInterrupted([&] { return ::openat(folder, path, readFlags); }));
}

int readOpenFile(int fd, std::span<std::byte> memory, struct stat& status, std::size_t& count) {
  count = 0;
  while (count < memory.size()) {
    const auto rest = memory.subspan(count);
    const ssize_t got = retryInterrupted([&] { return ::read(fd, rest.data(), rest.size()); });
    if (got < 0) return errno;
    if (got == 0) break;
    count += static_cast<std::size_t>(got);
  }
  return retryInterrupted([&] { return ::fstat(fd, &status); }) == 0 ? 0 : errno;
}

int readSmallFile(const char* path, std::span<std::byte> memory, struct stat& status, std::size_t& count) {
  count = 0;
  const UniqueFd file = openToRead(AT_FDCWD, path);
  return file.isOpen() ? readOpenFile(file.get(), memory, status, count) : errno;
}

std::variant<std::vector<ExtendedAttribute>, Failure> readAttributes(const char* path) {
  std::vector<ExtendedAttribute> attributes;
  std::vector<char> names;
  if (readWhole(names, [&](char* data, std::size_t size) { return ::llistxattr(path, data, size); }) < 0) {
    if (hasNone(errno)) return attributes;
    return Failure{errno, "llistxattr"};
  }
  for (auto begin = names.begin(); begin != names.end();) {
    const auto end = std::find(begin, names.end(), '\0');
    ExtendedAttribute attribute{.name = std::string(begin, end), .value = {}};
    begin = end == names.end() ? end : end + 1;
    const auto get = [&](std::byte* data, std::size_t size) {
      return ::lgetxattr(path, attribute.name.c_str(), data, size);
    };
    if (readWhole(attribute.value, get) >= 0) {
      attributes.push_back(std::move(attribute));
    } else if (!hasNone(errno)) {
      return Failure{errno, "lgetxattr"};
    }
  }
  return attributes;
}

std::variant<std::vector<DataExtent>, Failure> dataExtents(int fd, std::int64_t size) {
  std::vector<DataExtent> extents;
  for (std::int64_t at = 0; at < size;) {
    const off_t data = ::lseek(fd, at, SEEK_DATA);
    // ENXIO: nothing but a hole up to the end.
    if (data < 0 && errno == ENXIO) break;
    if (data < 0 && errno == EINVAL) return std::vector<DataExtent>{{0, size}};
    if (data < 0) return Failure{errno, "lseek"};
    if (data >= size) break;
    const off_t hole = ::lseek(fd, data, SEEK_HOLE);
    // It was cut off meanwhile: what is read shows it.
    if (hole < 0 && errno == ENXIO) break;
    if (hole < 0) return Failure{errno, "lseek"};
    // /dev/null says 0 to any question.
    if (data < at || hole <= data) return std::vector<DataExtent>{{0, size}};
    at = std::min<std::int64_t>(hole, size);
    extents.push_back({data, at - data});
  }
  if (::lseek(fd, 0, SEEK_SET) < 0) return Failure{errno, "lseek"};
  return extents;
}

}  // namespace lto

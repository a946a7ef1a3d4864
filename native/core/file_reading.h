#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "outcome.h"
#include "unique_fd.h"

namespace lto {

/** What an archive keeps of a file, by calls that block: for threads that do nothing else. Links are never followed. */

/** lstat(2), and how many bytes the names of the extended attributes take; 0 or an errno value. */
[[nodiscard]] int inspectFile(const char* path, struct stat& status, std::size_t& attributeBytes);

/** The same of an open file's extended attributes alone. */
[[nodiscard]] int inspectAttributes(int fd, std::size_t& attributeBytes);

/** Opens a file of a folder (AT_FDCWD: by its path) to read it, without following a link; not open, with errno, if that
 * fails. */
[[nodiscard]] UniqueFd openToRead(int folder, const char* path);

/** Reads until `memory` is full or the file ends, and asks for its status then. `count`: bytes read. 0 or an errno
 * value. */
[[nodiscard]] int readOpenFile(int fd, std::span<std::byte> memory, struct stat& status, std::size_t& count);

/** Both, and closes it. ELOOP for a link, ENXIO and the like for what is no file any more. */
[[nodiscard]] int readSmallFile(const char* path, std::span<std::byte> memory, struct stat& status, std::size_t& count);

struct ExtendedAttribute {
  std::string name;
  std::vector<std::byte> value;
};

/** All of a file, in the order that the system gives; those not counted that went meanwhile. */
[[nodiscard]] std::variant<std::vector<ExtendedAttribute>, Failure> readAttributes(const char* path);

/** A part of a file that is no hole. */
struct DataExtent {
  std::int64_t offset = 0;
  std::int64_t length = 0;
};

/**
 * SEEK_DATA and SEEK_HOLE over the first `size` bytes. The position of the descriptor is at the beginning afterwards. A
 * file system that knows no holes gives one extent.
 */
[[nodiscard]] std::variant<std::vector<DataExtent>, Failure> dataExtents(int fd, std::int64_t size);

}  // namespace lto

#pragma once

#include <sys/types.h>

#include <cstddef>
#include <ctime>
#include <span>
#include <string>
#include <vector>

namespace lto {

/** An extended attribute as it lies in an archive. */
struct StoredAttribute {
  std::string name;
  std::span<const std::byte> value;
};

/** A regular file as it lies in an archive. */
struct PlainFile {
  /** Without `./` at its beginning. */
  std::string path;
  mode_t mode = 0;
  uid_t user = 0;
  gid_t group = 0;
  timespec accessed{};
  timespec modified{};
  /** All in the namespace of users, which needs no privilege. */
  std::vector<StoredAttribute> attributes;
  std::span<const std::byte> content;
  /** Of all its blocks. */
  std::size_t bytes = 0;
};

/**
 * Reads the member at the beginning of `archive`, if all of its blocks are there and it is a plain file: written as
 * POSIX ustar or GNU tar write one, with no properties in extended headers but its path, times and attributes of users.
 * False for anything else, or for what src/archive/decode would read in any other way: it reads everything, this the
 * usual case.
 */
[[nodiscard]] bool decodePlainFile(std::span<const std::byte> archive, PlainFile& file);

}  // namespace lto

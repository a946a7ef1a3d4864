#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <span>
#include <string>
#include <string_view>

#include "file_reading.h"

namespace lto {

/** What the header of a regular file says. */
struct FileHeader {
  std::string_view path;
  mode_t mode = 0;
  uid_t user = 0;
  gid_t group = 0;
  std::uint32_t size = 0;
  timespec modified{};
  std::span<const ExtendedAttribute> attributes;
};

/** Makes the header blocks of regular files, byte for byte as src/archive/encode/member.ts does. */
class FileHeaderEncoder {
 public:
  /**
   * The extended header, if needed, and the header: how many bytes of `memory` they take. 0 if there is no room, or if
   * the path is not UTF-8.
   */
  [[nodiscard]] std::size_t encode(const FileHeader& header, std::span<std::byte> memory);

 private:
  void addRecord(std::string_view key, std::string_view value);

  /** Records of the extended header. */
  std::string body_;
};

}  // namespace lto

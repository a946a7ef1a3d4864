#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "file_header.h"
#include "file_reading.h"
#include "outcome.h"
#include "unique_fd.h"

namespace lto {

/** What was packed of a list of names. */
struct PackedFiles {
  std::size_t files = 0;
  /** Bytes of the list, and of the archive. */
  std::size_t namesDone = 0;
  std::size_t bytes = 0;
};

/** A folder to pack files of, which stays open. */
struct PackedFolder {
  /** Both with `/` at the end; `prefix`, of its members in the archive, may be empty. */
  PackedFolder(std::string folder, std::string members);

  const std::string path;
  const std::string prefix;
  /** Not open where that failed: then nothing of it is packed. */
  const UniqueFd fd;
};

/** What became of a file; `noRoom` also of one whose name is not UTF-8. */
enum class Packed : std::uint8_t { whole, notPlain, noRoom };

/**
 * Packs files, headers included, as long as they are plain: regular files of at most 256 KiB with one name, no holes
 * and a name in UTF-8, which did not change while they were read, and, if `attributes` are kept, have no access control
 * list. Blocks.
 */
class PlainFilePacker {
 public:
  explicit PlainFilePacker(bool attributes) : attributes_(attributes) {}

  /** At the beginning of `memory`; `bytes`: of the whole member. */
  [[nodiscard]] Packed pack(const PackedFolder& folder, std::string_view name, std::span<std::byte> memory,
                            std::size_t& bytes);

 private:
  [[nodiscard]] bool takeAttributes(const PackedFolder& folder, const UniqueFd& file);

  bool attributes_;
  FileHeaderEncoder encoder_;
  std::string name_;
  std::string member_;
  std::vector<ExtendedAttribute> found_;
};

/** The first of `names`, each of which is followed by a NUL; empty at their end. */
[[nodiscard]] std::string_view firstName(std::string_view names);

/** Names in a folder except `.` and `..`, sorted by their bytes, each followed by a NUL. Blocks. */
[[nodiscard]] std::variant<std::string, Failure> namesIn(const char* folder);

}  // namespace lto

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "outcome.h"

namespace lto {

/** What a call of packFiles has done. */
struct PackedFiles {
  std::size_t files = 0;
  /** Bytes of `names`, and of the archive. */
  std::size_t namesDone = 0;
  std::size_t bytes = 0;
};

/** A folder to pack files of. */
struct PackedFolder {
  /** In the file system, with `/` at the end. */
  std::string path;
  /** Of its members in the archive, with `/` at the end, or empty. */
  std::string prefix;
};

/**
 * Packs files one behind the other into `memory`, headers included, as long as they are plain: regular files of at most
 * 256 KiB with one name, no holes and a name in UTF-8, which did not change while they were read, and, if `attributes`
 * are kept, have no access control list. Stops at the first name that is anything else, or for which there is no room;
 * nothing of it is in what was packed. `names` are names in the folder, each followed by a NUL. Blocks.
 */
[[nodiscard]] PackedFiles packFiles(const PackedFolder& folder, std::string_view names, std::span<std::byte> memory,
                                    bool attributes);

/** Names in a folder except `.` and `..`, sorted by their bytes, each followed by a NUL. Blocks. */
[[nodiscard]] std::variant<std::string, Failure> namesIn(const char* folder);

}  // namespace lto

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "extraction_root.h"

namespace lto {

/** Which attributes of an archive's members are restored. */
struct MakingPolicy {
  /** Of the mode. */
  mode_t permissions = 0777;
  bool owners = false;
};

/** A node that was made. */
struct MadeNode {
  dev_t device;
  ino_t inode;
};

/** What a call of makeFiles has done. */
struct MadeFiles {
  std::size_t files = 0;
  /** Bytes of the archive, and of the files' content. */
  std::size_t archive = 0;
  std::size_t content = 0;
  /** One more than `files` if the last one did not get all of its content and attributes. */
  std::vector<MadeNode> nodes;
};

/**
 * Makes the plain files (see decodePlainFile) that `archive` begins with. Stops at the first member that is anything
 * else, or that cannot be made, and after `most` files.
 */
[[nodiscard]] MadeFiles makeFiles(ExtractionRoot& root, std::span<const std::byte> archive, const MakingPolicy& policy,
                                  std::size_t most);

}  // namespace lto

#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <array>
#include <cstddef>
#include <string>

#include "member_node.h"
#include "unique_fd.h"

namespace lto {

/** Which node it is, and of what kind. */
struct MemberFacts {
  dev_t device = 0;
  ino_t inode = 0;
  mode_t mode = 0;
  nlink_t links = 0;
};

/**
 * A folder below which an archive is extracted. Paths are resolved below it without following a link, the last
 * component included. A path has no empty component, no `.` and no `..`; the empty path is the folder itself, where a
 * node is to be there already. Every call returns 0 or a negative errno value. For one thread.
 */
class ExtractionRoot {
 public:
  /** `stepByStep`: component by component, as on kernels before 5.6, which have no openat2(2). */
  [[nodiscard]] int open(const std::string& path, bool stepByStep);
  [[nodiscard]] int inspect(const std::string& path, MemberFacts& facts);
  /** A new file without content and attributes. */
  [[nodiscard]] int createFile(const std::string& path, MemberNode& file, MemberFacts& facts);
  /** A new file, which becomes the open node. */
  [[nodiscard]] int createFile(const std::string& path, MemberFacts& facts) { return createFile(path, node_, facts); }
  /** A new file with all that it is to have; `facts` has an inode as soon as there is one. */
  [[nodiscard]] int makeFile(const std::string& path, const std::byte* data, std::size_t size,
                             const MemberAttributes& attributes, MemberFacts& facts);
  [[nodiscard]] int makeFolder(const std::string& path, mode_t mode, MemberFacts& facts);
  /** The folder at `path` becomes the open node. */
  [[nodiscard]] int openFolder(const std::string& path);
  [[nodiscard]] MemberNode& node() { return node_; }
  [[nodiscard]] int makeSymbolicLink(const std::string& target, const std::string& path,
                                     const MemberAttributes& attributes, MemberFacts& facts);
  /** A character or block device, or a FIFO. */
  [[nodiscard]] int makeNode(const std::string& path, mode_t type, dev_t device, const MemberAttributes& attributes,
                             MemberFacts& facts);
  [[nodiscard]] int makeHardLink(const std::string& existing, const std::string& path);
  /** Removes what is no folder. */
  [[nodiscard]] int remove(const std::string& path);
  void close();

 private:
  struct Parent {
    std::string path;
    UniqueFd fd;
  };
  /** A descriptor of the parent, or a negative errno value, and the last component. */
  struct Place {
    int parent;
    const char* name;
  };

  [[nodiscard]] Place locate(const std::string& path);
  [[nodiscard]] int parentOf(const std::string& path);
  [[nodiscard]] int openBelow(const std::string& path, int flags) const;
  [[nodiscard]] int openStepByStep(const std::string& path, int flags) const;

  UniqueFd root_;
  bool stepByStep_ = false;
  /** The last two: a hard link needs both. */
  std::array<Parent, 2> parents_;
  std::size_t lastParent_ = 0;
  MemberNode node_;
};

}  // namespace lto

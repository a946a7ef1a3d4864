#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "crew.h"
#include "extraction_root.h"
#include "member_node.h"
#include "plain_file.h"

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

/** Files that were created and get their content and attributes, by a crew. */
class CreatedFiles : public Task {
 public:
  static constexpr std::size_t mostFiles = 8;

  [[nodiscard]] std::size_t count() const { return count_; }
  /** A new place for a file; there is one. */
  [[nodiscard]] MemberNode& add(PlainFile& file, const MemberAttributes& attributes);
  void removeLast() { count_ -= 1; }
  void clear() { count_ = 0; }
  /** Files before the first that failed, when it is done; all of them if none did. */
  [[nodiscard]] std::size_t whole() const { return whole_; }
  /** Whether an extended attribute could not be set, when it is done. */
  [[nodiscard]] bool refusesExtended() const { return refusesExtended_; }

 private:
  struct File {
    MemberNode node;
    std::span<const std::byte> content;
    std::vector<StoredAttribute> extended;
    MemberAttributes attributes;
  };

  void run() noexcept override;
  /** Content and attributes; closes it in any case. */
  [[nodiscard]] bool fill(File& file);

  std::array<File, mostFiles> files_;
  std::size_t count_ = 0;
  std::size_t whole_ = 0;
  bool refusesExtended_ = false;
};

/** Makes the plain files (see decodePlainFile) of an archive. */
class FileMaker {
 public:
  FileMaker(ExtractionRoot& root, std::size_t helpers) : root_(root), crew_(std::make_unique<Crew>(helpers)) {}

  /**
   * Those that `archive` begins with. Stops at the first member that is anything else, or that cannot be made, and
   * after `most` files. They are created in their order; if one fails later, those behind it are removed again.
   */
  [[nodiscard]] MadeFiles make(std::span<const std::byte> archive, const MakingPolicy& policy, std::size_t most);
  /** Ends its threads. It can go on without them. */
  void close() { crew_ = std::make_unique<Crew>(0); }

 private:
  /** As many files as are open at a time. */
  static constexpr std::size_t groupCount = 8;

  /** Creates files until there is none that can be; their content follows. */
  void create(std::span<const std::byte> archive, const MakingPolicy& policy, std::size_t most, MadeFiles& made);
  /** Waits for the oldest group; notes its first failure. */
  void await(CreatedFiles& group);
  void keepFirst(std::span<const std::byte> archive, std::size_t whole, MadeFiles& made);

  ExtractionRoot& root_;
  std::array<CreatedFiles, groupCount> groups_;
  /** Files of groups that are done, up to the first that failed. */
  std::size_t whole_ = 0;
  bool hasFailed_ = false;
  /** Whoever calls can then make a file without them, and says so: trying them again would be in vain for each file. */
  bool refusesExtended_ = false;
  /** Behind what it works on, so that it ends first. */
  std::unique_ptr<Crew> crew_;
};

}  // namespace lto

#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <array>
#include <cstddef>
#include <ctime>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "unique_fd.h"

namespace lto {

/** What a node gets besides its content. */
struct MemberAttributes {
  /** Permissions; none of them are set where `hasMode` is false. */
  bool hasMode = false;
  mode_t mode = 0;
  bool hasOwner = false;
  uid_t user = 0;
  gid_t group = 0;
  /** Access and modification, as utimensat(2) takes them. */
  std::array<timespec, 2> times{};
};

/** An open file or folder that gets its content and attributes. Every call returns 0 or a negative errno value. */
class MemberNode {
 public:
  MemberNode() = default;
  /** A folder that was there, or a new file with that status. */
  explicit MemberNode(UniqueFd fd) : fd_(std::move(fd)) {}
  MemberNode(UniqueFd fd, const struct stat& made);

  [[nodiscard]] int write(std::span<const std::byte> data, off_t position);
  [[nodiscard]] int setAttribute(const std::string& name, const std::byte* value, std::size_t size);
  /** Before some of its extended attributes. Times are not set. */
  [[nodiscard]] int setRights(const MemberAttributes& attributes);
  /** Closes it; `size` of a file whose end is a hole, else negative. */
  [[nodiscard]] int finish(off_t size, const MemberAttributes& attributes);

 private:
  struct Made {
    uid_t user;
    gid_t group;
    mode_t mode;
  };

  UniqueFd fd_;
  /** What a new node was made with, and need not be set; nothing is known of others. */
  std::optional<Made> made_;
};

}  // namespace lto

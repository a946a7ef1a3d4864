#include "member_node.h"

#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>

#include "interrupted.h"
#include "permission_bits.h"
#include "system_result.h"

namespace lto {

MemberNode::MemberNode(UniqueFd fd, const struct stat& made)
    : fd_(std::move(fd)), made_(Made{made.st_uid, made.st_gid, made.st_mode & permissionBits}) {}

int MemberNode::write(std::span<const std::byte> data, off_t position) {
  std::size_t done = 0;
  while (done < data.size()) {
    const auto rest = data.subspan(done);
    const auto written = retryInterrupted(
        [&] { return pwrite(fd_.get(), rest.data(), rest.size(), position + static_cast<off_t>(done)); });
    if (written < 0) return -errno;
    done += static_cast<std::size_t>(written);
  }
  return 0;
}

int MemberNode::setAttribute(const std::string& name, const std::byte* value, std::size_t size) {
  return systemResult(fsetxattr(fd_.get(), name.c_str(), value, size, 0));
}

int MemberNode::setRights(const MemberAttributes& attributes) {
  // In this order: a change of owner takes setuid away.
  const bool isOwned = made_ && made_->user == attributes.user && made_->group == attributes.group;
  if (attributes.hasOwner && !isOwned && fchown(fd_.get(), attributes.user, attributes.group) < 0) return -errno;
  const bool isModeSet = made_ && made_->mode == attributes.mode;
  if (attributes.hasMode && !isModeSet && fchmod(fd_.get(), attributes.mode) < 0) return -errno;
  return 0;
}

int MemberNode::finish(off_t size, const MemberAttributes& attributes) {
  const auto cut = [&] { return ftruncate(fd_.get(), size); };
  int outcome = size < 0 ? 0 : systemResult(retryInterrupted(cut));
  if (outcome == 0) outcome = setRights(attributes);
  if (outcome == 0) outcome = systemResult(futimens(fd_.get(), attributes.times.data()));
  const int closed = fd_.close();
  return outcome < 0 ? outcome : -closed;
}

}  // namespace lto

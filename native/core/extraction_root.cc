#include "extraction_root.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdint>
#include <string_view>
#include <utility>

#include "interrupted.h"
#include "system_result.h"

namespace lto {
namespace {

/** struct open_how of linux/openat2.h, which is missing where the headers are older than Linux 5.6. */
struct OpenHow {
  std::uint64_t flags;
  std::uint64_t mode;
  std::uint64_t resolve;
};
constexpr std::uint64_t noMagicLinks = 0x02;
constexpr std::uint64_t noSymbolicLinks = 0x04;
constexpr std::uint64_t beneath = 0x08;
/** The same on every architecture. */
constexpr long openat2Number = 437;
/** A rename meanwhile makes openat2(2) give up with EAGAIN. */
constexpr int attempts = 100;

constexpr int openFolderFlags = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
/** Until its attributes are set a new node is its owner's alone. */
constexpr mode_t privateMode = 0600;

int openat2(int folder, const char* path, int flags) {
  OpenHow how{static_cast<std::uint64_t>(flags), 0, beneath | noSymbolicLinks | noMagicLinks};
  long outcome = -1;
  for (int attempt = 0; attempt < attempts; attempt += 1) {
    outcome = syscall(openat2Number, folder, path, &how, sizeof how);
    if (outcome >= 0 || (errno != EAGAIN && errno != EINTR)) break;
  }
  return outcome < 0 ? -errno : static_cast<int>(outcome);
}

bool isPossible(const std::string& path) {
  if (path.empty()) return true;
  if (path.find('\0') != std::string::npos) return false;
  std::size_t begin = 0;
  while (true) {
    const auto end = path.find('/', begin);
    const auto component = std::string_view(path).substr(begin, end == std::string::npos ? end : end - begin);
    if (component.empty() || component == "." || component == "..") return false;
    if (end == std::string::npos) return true;
    begin = end + 1;
  }
}

void take(const struct stat& status, MemberFacts& facts) {
  facts = {status.st_dev, status.st_ino, status.st_mode, status.st_nlink};
}

int inspectAt(int parent, const char* name, MemberFacts& facts) {
  struct stat status{};
  if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0) return -errno;
  take(status, facts);
  return 0;
}

/** Of a node that is not opened; the mode of a symbolic link cannot be set. */
int setAt(int parent, const char* name, const MemberAttributes& attributes) {
  if (attributes.hasOwner && fchownat(parent, name, attributes.user, attributes.group, AT_SYMLINK_NOFOLLOW) < 0) {
    return -errno;
  }
  return systemResult(utimensat(parent, name, attributes.times.data(), AT_SYMLINK_NOFOLLOW));
}

}  // namespace

int ExtractionRoot::open(const std::string& path, bool stepByStep) {
  const int fd = retryInterrupted([&] { return ::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC); });
  if (fd < 0) return -errno;
  root_ = UniqueFd(fd);
  // Unknown before Linux 5.6, and refused in containers whose filter does not know it.
  const UniqueFd probe(openat2(fd, ".", O_PATH | openFolderFlags));
  stepByStep_ = stepByStep || !probe.isOpen();
  return 0;
}

void ExtractionRoot::close() {
  node_ = MemberNode();
  for (auto& parent : parents_) parent = Parent{};
  root_ = UniqueFd();
}

int ExtractionRoot::inspect(const std::string& path, MemberFacts& facts) {
  const auto [parent, name] = locate(path);
  return parent < 0 ? parent : inspectAt(parent, name, facts);
}

int ExtractionRoot::createFile(const std::string& path, MemberNode& file, MemberFacts& facts) {
  const auto [parent, name] = locate(path);
  if (parent < 0) return parent;
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const auto create = [&, folder = parent, last = name] { return openat(folder, last, flags, privateMode); };
  UniqueFd fd(retryInterrupted(create));
  struct stat status{};
  if (!fd.isOpen() || fstat(fd.get(), &status) < 0) return -errno;
  take(status, facts);
  file = MemberNode(std::move(fd), status);
  return 0;
}

int ExtractionRoot::makeFile(const std::string& path, const std::byte* data, std::size_t size,
                             const MemberAttributes& attributes, MemberFacts& facts) {
  int outcome = createFile(path, facts);
  if (outcome == 0) outcome = node_.write({data, size}, 0);
  return outcome < 0 ? outcome : node_.finish(-1, attributes);
}

int ExtractionRoot::makeFolder(const std::string& path, mode_t mode, MemberFacts& facts) {
  const auto [parent, name] = locate(path);
  if (parent < 0) return parent;
  if (mkdirat(parent, name, mode) < 0) return -errno;
  return inspectAt(parent, name, facts);
}

int ExtractionRoot::openFolder(const std::string& path) {
  if (!isPossible(path)) return -EINVAL;
  const int fd = path.empty() ? systemResult(openat(root_.get(), ".", O_RDONLY | openFolderFlags))
                              : openBelow(path, O_RDONLY | openFolderFlags);
  if (fd < 0) return fd;
  node_ = MemberNode(UniqueFd(fd));
  return 0;
}

int ExtractionRoot::makeSymbolicLink(const std::string& target, const std::string& path,
                                     const MemberAttributes& attributes, MemberFacts& facts) {
  if (target.find('\0') != std::string::npos) return -EINVAL;
  const auto [parent, name] = locate(path);
  if (parent < 0) return parent;
  if (symlinkat(target.c_str(), parent, name) < 0) return -errno;
  const int known = inspectAt(parent, name, facts);
  return known < 0 ? known : setAt(parent, name, attributes);
}

int ExtractionRoot::makeNode(const std::string& path, mode_t type, dev_t device, const MemberAttributes& attributes,
                             MemberFacts& facts) {
  const auto [parent, name] = locate(path);
  if (parent < 0) return parent;
  if (mknodat(parent, name, type | privateMode, device) < 0) return -errno;
  const int known = inspectAt(parent, name, facts);
  if (known < 0) return known;
  const int set = setAt(parent, name, attributes);
  if (set < 0 || !attributes.hasMode) return set;
  // What has just been made here is no link; were it replaced by one meanwhile, O_PATH would open the link itself.
  const UniqueFd node(openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!node.isOpen()) return -errno;
  const auto self = "/proc/self/fd/" + std::to_string(node.get());
  return systemResult(chmod(self.c_str(), attributes.mode));
}

int ExtractionRoot::makeHardLink(const std::string& existing, const std::string& path) {
  const auto from = locate(existing);
  if (from.parent < 0) return from.parent;
  const auto to = locate(path);
  if (to.parent < 0) return to.parent;
  return systemResult(linkat(from.parent, from.name, to.parent, to.name, 0));
}

int ExtractionRoot::remove(const std::string& path) {
  const auto [parent, name] = locate(path);
  return parent < 0 ? parent : systemResult(unlinkat(parent, name, 0));
}

ExtractionRoot::Place ExtractionRoot::locate(const std::string& path) {
  if (!isPossible(path)) return {-EINVAL, nullptr};
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return {root_.isOpen() ? root_.get() : -EBADF, path.empty() ? "." : path.c_str()};
  return {parentOf(path.substr(0, slash)), path.c_str() + slash + 1};
}

int ExtractionRoot::parentOf(const std::string& path) {
  for (std::size_t index = 0; index < parents_.size(); index += 1) {
    if (!parents_[index].fd.isOpen() || parents_[index].path != path) continue;
    lastParent_ = index;
    return parents_[index].fd.get();
  }
  const int fd = openBelow(path, O_PATH | openFolderFlags);
  if (fd < 0) return fd;
  lastParent_ = 1 - lastParent_;
  parents_[lastParent_] = {path, UniqueFd(fd)};
  return fd;
}

int ExtractionRoot::openBelow(const std::string& path, int flags) const {
  // The kernel takes no longer path at once.
  if (stepByStep_ || path.size() >= PATH_MAX) return openStepByStep(path, flags);
  return openat2(root_.get(), path.c_str(), flags);
}

int ExtractionRoot::openStepByStep(const std::string& path, int flags) const {
  UniqueFd folder;
  int at = root_.get();
  for (std::size_t begin = 0;;) {
    const auto end = path.find('/', begin);
    const auto component = path.substr(begin, end == std::string::npos ? end : end - begin);
    const int how = end == std::string::npos ? flags : O_PATH | openFolderFlags;
    const int fd = retryInterrupted([&] { return openat(at, component.c_str(), how); });
    if (fd < 0) return -errno;
    folder = UniqueFd(fd);
    if (end == std::string::npos) break;
    at = fd;
    begin = end + 1;
  }
  const int fd = fcntl(folder.get(), F_DUPFD_CLOEXEC, 0);
  return systemResult(fd);
}

}  // namespace lto

#include "open_node.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <utility>

#include "call.h"
#include "interrupted.h"
#include "mtio.h"

namespace lto {
namespace {

constexpr unsigned stMajor = 9;

/** Only asked of `st`: an ioctl number means something else to another driver. */
bool probeMtGet(int fd, const NodeFacts& facts) {
  if (!facts.isCharacterDevice || facts.major != stMajor) return false;
  MtStatus status;
  const int error = readMtStatus(fd, status);
  // Another error (EIO after a reset on kernels before 6.15) does not say that the driver lacks it.
  return error != ENOTTY && error != EINVAL;
}

}  // namespace

Outcome OpenNode::open(const std::string& path, int flags) {
  if (fd.isOpen()) return Failure{EALREADY, OpenCall::syscall};
  UniqueFd opened(retryInterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY); }));
  if (!opened.isOpen()) return Failure{errno, OpenCall::syscall};
  struct stat status{};
  if (retryInterrupted([&] { return ::fstat(opened.get(), &status); }) != 0) return Failure{errno, "fstat"};

  NodeFacts facts;
  facts.isCharacterDevice = S_ISCHR(status.st_mode);
  if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) {
    facts.major = major(status.st_rdev);
    facts.minor = minor(status.st_rdev);
  }
  answersMtGet = probeMtGet(opened.get(), facts);
  if (answersMtGet) guard.watch(CommandCount::of(status.st_rdev));
  fd = std::move(opened);
  return facts;
}

}  // namespace lto

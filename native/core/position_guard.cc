#include "position_guard.h"

#include <sys/mtio.h>

#include <cerrno>
#include <variant>

#include "mtio.h"

namespace lto {
namespace {

constexpr std::chrono::milliseconds pause{1};

/** `st` ends what was written with a filemark at the next rewind or close: not here. Spacing over 0 records is a way.
 */
void forgetWriting(int fd) {
  [[maybe_unused]] const Outcome spaced = mtOp(fd, {.operation = MTFSR, .count = 0});
}

}  // namespace

int PositionGuard::beforeRecords(int fd) {
  if (Clock::now() - lastWrite_ < pause) return 0;
  const Outcome asked = mtPos(fd);
  // MTNOP is refused with EIO while the position is unknown, and moves nothing. Drives without READ POSITION fail the
  // first, but `st` has learnt of a reset from that, too.
  const Outcome known = mtOp(fd, {.operation = MTNOP, .count = 1});
  if (const auto* const failure = std::get_if<Failure>(&known)) return failure->error;

  const auto* const position = std::get_if<Position>(&asked);
  if (position != nullptr && position_ && *position_ != position->blockNumber) {
    forgetWriting(fd);
    return ESTALE;
  }
  position_ = position == nullptr ? std::nullopt : std::optional<std::int64_t>(position->blockNumber);
  return 0;
}

void PositionGuard::wrote(bool taken) {
  if (!taken) forget();
  if (position_) *position_ += 1;
}

}  // namespace lto

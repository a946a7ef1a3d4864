#include "position_guard.h"

#include <sys/mtio.h>

#include <cerrno>
#include <variant>

#include "mtio.h"

namespace lto {
namespace {

constexpr std::chrono::milliseconds pause{1};
/** Another program that sends commands without end does not keep a record from being moved. */
constexpr int mostQuestions = 4;
/**
 * A record that took longer may have waited for a reset of the kernel's own error handling, whose TEST UNIT READY takes
 * the unit attention and is not counted (scsi_send_eh_cmnd).
 */
constexpr std::chrono::milliseconds longRecord{50};

/** `st` ends what was written with a filemark at the next rewind or close: not here. Spacing over 0 records is a way.
 */
void forgetWriting(int fd) {
  [[maybe_unused]] const Outcome spaced = mtOp(fd, {.operation = MTFSR, .count = 0});
}

/** With one more command: if `st` has sent several, the position is asked for once too often. */
std::optional<std::uint32_t> after(std::optional<std::uint32_t> count) {
  if (count) *count += 1;
  return count;
}

}  // namespace

int PositionGuard::beforeWriting(int fd) {
  lastLook_ = Clock::now();
  if (lastLook_ - lastSure_ < pause) return 0;
  return ask(fd, Transfer::write);
}

int PositionGuard::beforeRecord(int fd) {
  if (const int error = settle(fd, Transfer::write); error != 0) return error;
  lastCount_ = after(lastCount_);
  return 0;
}

void PositionGuard::afterRecord(bool taken) {
  passed(taken);
  lookAtClock();
}

int PositionGuard::beforeReading(int fd) {
  return position_ ? 0 : settle(fd, Transfer::read);
}

int PositionGuard::afterReading(int fd, Passed passed) {
  lastCount_ = after(lastCount_);
  lookAtClock();
  const auto place = position_;
  this->passed(passed == Passed::record);
  if (passed == Passed::record) return settle(fd, Transfer::read);
  // Where reading failed, it goes on at the number of an object. A filemark is one question a file, whatever the count.
  if (!place || passed == Passed::nothing) return 0;
  const auto [error, told] = question(fd);
  if (error != 0 || !told) return error;
  if (*told != *place && *told != *place + 1) return ESTALE;
  adopt(*told);
  return 0;
}

void PositionGuard::lookAtClock() {
  if (!count_.isThere()) return;
  const auto now = Clock::now();
  if (now - lastLook_ > longRecord) lastCount_.reset();
  lastLook_ = now;
}

int PositionGuard::settle(int fd, Transfer transfer) {
  for (int asked = 0; asked < mostQuestions; asked += 1) {
    const auto count = count_.now();
    if (!count || lastCount_ == count) return 0;
    if (const int error = ask(fd, transfer); error != 0) return error;
  }
  return 0;
}

int PositionGuard::ask(int fd, Transfer transfer) {
  const auto [error, told] = question(fd);
  if (error != 0) return error;
  if (!told) {
    // Nothing was compared, unless the drive has no READ POSITION at all.
    if (position_) lastCount_.reset();
    return 0;
  }
  if (!belongs(*told)) {
    if (transfer == Transfer::write) forgetWriting(fd);
    return ESTALE;
  }
  adopt(*told);
  lastSure_ = Clock::now();
  return 0;
}

PositionGuard::Told PositionGuard::question(int fd) {
  const auto before = count_.now();
  const Outcome asked = mtPos(fd);
  // MTNOP is refused with EIO while the position is unknown, and moves nothing. Drives without READ POSITION fail the
  // first, but `st` has learnt of a reset from that, too.
  const Outcome known = mtOp(fd, {.operation = MTNOP, .count = 1});
  lastCount_ = after(before);
  lastLook_ = Clock::now();
  if (const auto* const failure = std::get_if<Failure>(&known)) return {failure->error, std::nullopt};
  const auto* const position = std::get_if<Position>(&asked);
  if (position == nullptr) return {};
  return {0, position->blockNumber};
}

Outcome PositionGuard::tell(int fd) {
  const auto before = count_.now();
  Outcome outcome = mtPos(fd);
  const auto* const position = std::get_if<Position>(&outcome);
  if (position == nullptr || !belongs(position->blockNumber)) return outcome;
  adopt(position->blockNumber);
  lastCount_ = after(before);
  lastSure_ = Clock::now();
  return outcome;
}

bool PositionGuard::belongs(std::int64_t position) const {
  return !position_ || *position_ == position || (!lastIsSure_ && *position_ - 1 == position);
}

void PositionGuard::adopt(std::int64_t position) {
  position_ = position;
  lastIsSure_ = true;
}

void PositionGuard::passed(bool whole) {
  if (!whole) forget();
  if (position_) *position_ += 1;
}

}  // namespace lto

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "command_count.h"
#include "outcome.h"

namespace lto {

/** What a read(2) has come past; a mark is a filemark, or a record that did not fit. */
enum class Passed : std::uint8_t { record, mark, nothing };

/**
 * Asks where the tape stands if it may stand elsewhere, so that no record is written or read there.
 *
 * A reset leaves the tape at its beginning. `st` learns of it from the unit attention; when another program has taken
 * that (TEST UNIT READY on the sg node), `st` notices only at its next command, which the drive carries out all the
 * same: as a WRITE it ends the data of the whole cartridge behind one record (seen on Linux 7.2). The READ POSITION of
 * MTIOCPOS is that command here. It also tells of somebody who moves the tape through the sg node, which `st` never
 * notices. It is asked:
 * - before a record is written and behind one that was read, if Linux has sent the device other commands than those of
 *   the records, as it counts them. Otherwise nobody can have taken a unit attention or moved the tape through this
 * host.
 * - before the records of a call that writes after a pause: in it somebody can have moved the tape through another
 *   host, and where sysfs is not there this is all.
 *   A record that took long counts as such a command: a reset by the kernel's error handling may have been in between.
 * What remains: a WRITE that has to wait for the end of a reset, with somebody else's command before it. It is written
 * at the beginning of the tape; it is the last one, and is not reported as written.
 */
class PositionGuard {
 public:
  /** The device whose records are guarded. */
  void watch(CommandCount count) { count_ = std::move(count); }

  /** 0, or why nothing must be written: EIO when the driver does not know the position, ESTALE when it is another. */
  [[nodiscard]] int beforeWriting(int fd);

  /** As `beforeWriting`, before each record of a call. */
  [[nodiscard]] int beforeRecord(int fd);

  /** After write(2); whether the record was taken as a whole. */
  void afterRecord(bool taken);

  /**
   * After the last record that was written: the drive may not have taken it. Where a VOLUME OVERFLOW tells no residual,
   * or where `st` had only buffered the record, write(2) says that it was written.
   */
  void doubtLast() { lastIsSure_ = false; }

  /** Before the records of a call that reads. */
  void beginReading() { lastLook_ = Clock::now(); }

  /** Before read(2): as `beforeWriting`. */
  [[nodiscard]] int beforeReading(int fd);

  /** After read(2), which was the only command in between: 0, or why what was read is of another place. */
  [[nodiscard]] int afterReading(int fd, Passed passed);

  /** After the last record of a call that writes. */
  void afterWriting() { lastSure_ = Clock::now(); }

  /** MTIOCPOS. What was known already stays: a query must not make good what somebody else has moved. */
  [[nodiscard]] Outcome tell(int fd);

  /** The tape is about to be moved by ourselves. */
  void forget() {
    position_.reset();
    lastIsSure_ = true;
  }

 private:
  using Clock = std::chrono::steady_clock;

  enum class Transfer : std::uint8_t { read, write };

  /** Whether the tape moved by one record. */
  void passed(bool whole);
  /** After a record: one that took long is doubted. */
  void lookAtClock();

  /** Until nobody else has sent a command since the drive has told where the tape stands. */
  [[nodiscard]] int settle(int fd, Transfer transfer);
  [[nodiscard]] int ask(int fd, Transfer transfer);

  /** Whether the drive may stand there without anybody else's doing. */
  [[nodiscard]] bool belongs(std::int64_t position) const;
  /** The drive has told so. */
  void adopt(std::int64_t position);

  struct Told {
    /** Why the driver does not know the position. */
    int error = 0;
    std::optional<std::int64_t> position;
  };
  [[nodiscard]] Told question(int fd);

  /** When the last record was written, or the drive has told that the tape stands where it belongs. */
  Clock::time_point lastSure_;
  /** Where the next record belongs, while it is known. */
  std::optional<std::int64_t> position_;
  /** Whether the record before it was certainly taken. */
  bool lastIsSure_ = true;
  CommandCount count_;
  /** When a record was last begun or ended. */
  Clock::time_point lastLook_;
  /** The count behind our last command, as long as nobody else has sent one. */
  std::optional<std::uint32_t> lastCount_;
};

}  // namespace lto

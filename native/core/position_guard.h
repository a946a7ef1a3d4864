#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace lto {

/**
 * Asks where the tape stands before a record that comes after a pause, so that it is not written elsewhere.
 *
 * A reset leaves the tape at its beginning. `st` learns of it from the unit attention; when another program has taken
 * that (TEST UNIT READY on the sg node), `st` notices only at its next command, which the drive carries out all the
 * same: as a WRITE it ends the data of the whole cartridge behind one record (seen on Linux 7.2). The READ POSITION of
 * MTIOCPOS is that command here. It also tells of somebody who moves the tape through the sg node, which `st` never
 * notices. While records follow each other at once nothing is asked: a reset takes longer than the time between two.
 * The clock is looked at once for all records of a call, which follow each other without anything in between.
 */
class PositionGuard {
 public:
  /** 0, or why nothing must be written: EIO when the driver does not know the position, ESTALE when it is another. */
  [[nodiscard]] int beforeRecords(int fd);

  /** After write(2); whether the record was taken as a whole. */
  void wrote(bool taken);

  /** After the last record of a call. */
  void afterRecords() { lastWrite_ = Clock::now(); }

  /** Where the tape stands. What was known already stays: a query must not make good what somebody else has moved. */
  void learn(std::int64_t position) {
    if (!position_) position_ = position;
  }

  /** The tape is about to be moved by ourselves. */
  void forget() { position_.reset(); }

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point lastWrite_;
  /** Where the next record belongs, while it is known. */
  std::optional<std::int64_t> position_;
};

}  // namespace lto

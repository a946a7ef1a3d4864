#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "last_command.h"
#include "outcome.h"
#include "position_guard.h"
#include "scratch_record.h"
#include "transfer_gate.h"
#include "unique_fd.h"

namespace lto {

/** An opened device node (or, in tests, a file or FIFO). */
struct OpenNode {
  UniqueFd fd;
  /** Whether MTIOCGET is asked after each record. */
  bool answersMtGet = false;
  PositionGuard guard;
  /** For records that are protected and belong to somebody else. */
  ScratchRecord scratch;
  /** Every record goes through it: behind a last command it would be plain, or have four bytes more. */
  const std::shared_ptr<TransferGate> gate = std::make_shared<TransferGate>();
  std::array<LastCommand, driveSettings> last;

  [[nodiscard]] LastCommand& lastFor(DriveSetting setting) { return last[static_cast<std::size_t>(setting)]; }

  /** Fills `this`; `flags` never create or truncate. */
  [[nodiscard]] Outcome open(const std::string& path, int flags);
};

}  // namespace lto

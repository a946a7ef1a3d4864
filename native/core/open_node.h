#pragma once

#include <string>

#include "outcome.h"
#include "position_guard.h"
#include "scratch_record.h"
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

  /** Fills `this`; `flags` never create or truncate. */
  [[nodiscard]] Outcome open(const std::string& path, int flags);
};

}  // namespace lto

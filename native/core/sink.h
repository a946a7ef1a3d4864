#pragma once

#include <cstdint>

#include "outcome.h"

namespace lto {

/** Where outcomes go. Called from device threads and from the threads that submit. */
class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;

  /** Takes an outcome. It is heard of at once, or with `quiet` not before `wake()` or another outcome. */
  virtual void complete(std::uint64_t id, Outcome outcome, bool quiet) = 0;
  /** Makes what was taken quietly heard of. */
  virtual void wake() = 0;
  /** False once nobody can hear of outcomes any more: what is queued is then dropped, not run. */
  [[nodiscard]] virtual bool isListening() const = 0;
};

}  // namespace lto

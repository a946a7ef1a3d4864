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

  virtual void complete(std::uint64_t id, Outcome outcome) = 0;
  /** False once nobody can hear of outcomes any more: what is queued is then dropped, not run. */
  [[nodiscard]] virtual bool isListening() const = 0;
};

}  // namespace lto

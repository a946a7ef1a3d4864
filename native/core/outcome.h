#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "slab.h"
#include "wiped_buffer.h"

namespace lto {

/** A call that left nothing but an errno value. */
struct Failure {
  /** `error` of a call made after close(). */
  static constexpr int closed = 0;

  int error = 0;
  const char* syscall = "";
};

struct Done {};

struct NodeFacts {
  bool isCharacterDevice = false;
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
};

struct ScsiOutcome {
  /** The most that the one-byte length of sense data can announce (SPC-5 4.5). */
  static constexpr std::size_t senseCapacity = 252;

  std::uint8_t status = 0;
  std::uint16_t hostStatus = 0;
  std::uint16_t driverStatus = 0;
  std::uint8_t senseLength = 0;
  std::array<std::uint8_t, senseCapacity> sense{};
  std::int32_t residual = 0;
  std::uint32_t duration = 0;
  WipedBuffer data;
  std::size_t dataLength = 0;
};

/** struct mtget with the two bit fields made unsigned. */
struct MtStatus {
  std::int64_t type = 0;
  std::int64_t residual = 0;
  std::uint32_t deviceRegister = 0;
  std::uint32_t generalStatus = 0;
  std::int64_t errorRegister = 0;
  std::int32_t fileNumber = -1;
  std::int32_t blockNumber = -1;
};

struct Position {
  std::int64_t blockNumber = 0;
};

enum class WriteStop : std::uint8_t { done, earlyWarning, endOfMedium, error };

struct WriteOutcome {
  /** `error` of a write(2) that took a part of a record: there is no errno value for it. */
  static constexpr int shortWrite = -1;

  std::size_t records = 0;
  std::size_t bytes = 0;
  WriteStop stop = WriteStop::done;
  int error = 0;
  std::optional<MtStatus> mt;
};

enum class ReadStop : std::uint8_t { full, zero, tooLarge, damaged, error };

struct ReadOutcome {
  std::vector<std::uint32_t> lengths;
  /** What the records were read into, where it came from a pool. */
  std::shared_ptr<Slab> memory;
  ReadStop stop = ReadStop::full;
  int error = 0;
  std::optional<MtStatus> mt;
};

using Outcome = std::variant<Done, Failure, NodeFacts, ScsiOutcome, MtStatus, Position, WriteOutcome, ReadOutcome>;

}  // namespace lto

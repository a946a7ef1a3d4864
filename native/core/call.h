#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "checksum.h"
#include "last_command.h"
#include "protection.h"
#include "slab.h"
#include "slab_pool.h"
#include "wiped_buffer.h"

namespace lto {

enum class DataDirection : std::uint8_t { none, in, out };

struct OpenCall {
  static constexpr const char* syscall = "open";
  int flags = 0;
};

struct ScsiCall {
  static constexpr const char* syscall = "SG_IO";
  std::array<std::uint8_t, 32> cdb{};
  std::uint8_t cdbLength = 0;
  DataDirection direction = DataDirection::none;
  WipedBuffer data;
  std::uint32_t timeoutMs = 0;
};

/** Sets the command that is sent when the descriptor is closed or the process ends. */
struct ArmCall {
  static constexpr const char* syscall = "SG_IO";
  DriveSetting setting = DriveSetting::protection;
  LastCommandData command;
};

struct DisarmCall {
  static constexpr const char* syscall = "SG_IO";
  DriveSetting setting = DriveSetting::protection;
};

struct MtOpCall {
  static constexpr const char* syscall = "MTIOCTOP";
  std::int16_t operation = 0;
  std::int32_t count = 0;
};

struct MtGetCall {
  static constexpr const char* syscall = "MTIOCGET";
};

struct MtPosCall {
  static constexpr const char* syscall = "MTIOCPOS";
};

/** Memory of a record loop; `slab` keeps it mapped. */
struct RecordMemory {
  std::shared_ptr<Slab> slab;
  std::byte* data = nullptr;
  std::size_t size = 0;
};

struct WriteCall {
  static constexpr const char* syscall = "write";
  /** In order; each of whole records, but for the end of the last. */
  std::vector<RecordMemory> pieces;
  std::size_t recordSize = 0;
  /** Goes over the records that were taken; null for none. */
  std::shared_ptr<Checksum> checksum = nullptr;
  /** Whether MTIOCGET follows each record, instead of the last one only. */
  bool checkEach = false;
  /** Goes behind each record on its way to the drive. */
  Protection protection = Protection::none;
  /**
   * Nobody else looks at the slabs of the pieces while the call lasts: the protection information of a record may stand
   * in place of what lies behind it meanwhile. Without that the record is copied.
   */
  bool exclusive = false;
};

struct ReadCall {
  static constexpr const char* syscall = "read";
  RecordMemory memory = {};
  std::size_t offer = 0;
  std::size_t maxRecords = 0;
  /** Goes over the records that were read; null for none. */
  std::shared_ptr<Checksum> checksum = nullptr;
  /** What is behind each record that comes from the drive; it is checked and not handed on. */
  Protection protection = Protection::none;
  /** Where not null, a slab of it takes the place of `memory` when the call begins, and the outcome hands it on. */
  std::shared_ptr<SlabPool> pool = nullptr;
};

struct CloseCall {
  static constexpr const char* syscall = "close";
};

using Call = std::variant<OpenCall, ScsiCall, ArmCall, DisarmCall, MtOpCall, MtGetCall, MtPosCall, WriteCall, ReadCall,
                          CloseCall>;

[[nodiscard]] inline const char* syscallOf(const Call& call) {
  return std::visit([](const auto& each) { return each.syscall; }, call);
}

}  // namespace lto

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "crc32.h"

namespace lto {

enum class ChecksumAlgorithm : std::uint8_t { crc32, crc32c };

/** A checksum in progress, shared by JavaScript and the one device thread whose records it follows. */
class Checksum {
 public:
  explicit Checksum(ChecksumAlgorithm algorithm = ChecksumAlgorithm::crc32) : algorithm_(algorithm) {}

  [[nodiscard]] std::uint32_t value() const { return value_.load(std::memory_order_relaxed); }
  void set(std::uint32_t value) { value_.store(value, std::memory_order_relaxed); }
  void update(const std::byte* data, std::size_t size) { set(with(data, size, std::nullopt)); }

  /** The value with `size` bytes more; their own CRC32C, where it is known, spares a look at them. */
  [[nodiscard]] std::uint32_t with(const std::byte* data, std::size_t size, std::optional<std::uint32_t> ownCrc32c) {
    if (algorithm_ == ChecksumAlgorithm::crc32) return crc32(value(), data, size);
    return ownCrc32c ? combine_(value(), *ownCrc32c, size) : crc32c(value(), data, size);
  }

 private:
  const ChecksumAlgorithm algorithm_;
  Crc32cCombination combine_;
  std::atomic<std::uint32_t> value_{0};
};

}  // namespace lto

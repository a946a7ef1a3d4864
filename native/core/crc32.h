#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace lto {

/**
 * CRC-32 of ISO-HDLC (reflected polynomial EDB88320h, as in zip, gzip and PNG): continues `crc`, the value of what came
 * before (0 for nothing), with `size` bytes more. Uses the instructions that the processor has for it.
 */
[[nodiscard]] std::uint32_t crc32(std::uint32_t crc, const std::byte* data, std::size_t size);

/** The same by tables alone: what the fast ways are compared with. */
[[nodiscard]] std::uint32_t crc32ByTable(std::uint32_t crc, const std::byte* data, std::size_t size);

/** A CRC-32 in progress, shared by JavaScript and the one device thread whose records it follows. */
class Checksum {
 public:
  [[nodiscard]] std::uint32_t value() const { return value_.load(std::memory_order_relaxed); }
  void set(std::uint32_t value) { value_.store(value, std::memory_order_relaxed); }
  void update(const std::byte* data, std::size_t size) { set(crc32(value(), data, size)); }

 private:
  std::atomic<std::uint32_t> value_{0};
};

}  // namespace lto

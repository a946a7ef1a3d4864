#pragma once

#include <cstddef>
#include <cstdint>

namespace lto {

/**
 * CRC-32 of ISO-HDLC (reflected polynomial EDB88320h, as in zip, gzip and PNG): continues `crc`, the value of what came
 * before (0 for nothing), with `size` bytes more. Uses the instructions that the processor has for it.
 */
[[nodiscard]] std::uint32_t crc32(std::uint32_t crc, const std::byte* data, std::size_t size);

/** CRC32C of iSCSI and SSC-5 (reflected polynomial 82F63B78h), likewise. */
[[nodiscard]] std::uint32_t crc32c(std::uint32_t crc, const std::byte* data, std::size_t size);

/** The same by tables alone: what the fast ways are compared with. */
[[nodiscard]] std::uint32_t crc32ByTable(std::uint32_t crc, const std::byte* data, std::size_t size);
[[nodiscard]] std::uint32_t crc32cByTable(std::uint32_t crc, const std::byte* data, std::size_t size);

/** Makes the CRC32C of runs of bytes in a row from that of each. */
class Crc32cCombination {
 public:
  /** The value of what had the value `first` with `size` bytes more, whose own value is `second`. */
  [[nodiscard]] std::uint32_t operator()(std::uint32_t first, std::uint32_t second, std::size_t size);

 private:
  /** Records have one length, but for the last. */
  std::size_t size_ = 0;
  /** x^(8 * size_) modulo the polynomial. */
  std::uint32_t factor_ = 0x80000000;
};

}  // namespace lto

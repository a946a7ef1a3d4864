#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace lto {

/** Reflected: bit 31 is x^0. */
constexpr std::uint32_t polynomialOfCrc32 = 0xedb88320;
constexpr std::uint32_t polynomialOfCrc32c = 0x82f63b78;

/** What is left to do by table after the processor's own instructions took the bulk. */
struct FoldedCrc {
  /** Bytes of the data that were dealt with; 0 where the processor has nothing for it or the data is short. */
  std::size_t taken = 0;
  /** The register to go on with. */
  std::uint32_t crc = 0;
  /** Comes before what was not taken: it stands for all that was (empty where `crc` holds it already). */
  std::array<std::byte, 16> remainder{};
  std::size_t remainderSize = 0;
};

/** Takes as much of the data as goes fast; `crc` is the register, not inverted. */
[[nodiscard]] FoldedCrc foldCrc32(std::uint32_t crc, const std::byte* data, std::size_t size);
[[nodiscard]] FoldedCrc foldCrc32c(std::uint32_t crc, const std::byte* data, std::size_t size);

}  // namespace lto

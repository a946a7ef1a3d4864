#include "reed_solomon.h"

#include <array>
#include <cstdint>

#include "galois.h"
#include "reed_solomon_fold.h"

namespace lto {
namespace {

/** Bytes that one step takes. */
constexpr std::size_t stride = 8;

using Table = std::array<std::uint32_t, 256>;

/** tables[k][b]: what the byte b, on its way out of the register, does to it k bytes later. */
std::array<Table, stride> makeTables() noexcept {
  std::array<Table, stride> tables{};
  // x^4 + 38h x^3 + CFh x^2 + 38h x + 1, but for the first.
  for (std::uint32_t value = 0; value < 256; value += 1) {
    tables[0][value] =
        (galoisTimes(0x38, value) << 24) | (galoisTimes(0xcf, value) << 16) | (galoisTimes(0x38, value) << 8) | value;
  }
  for (std::size_t k = 1; k < stride; k += 1) {
    for (std::size_t value = 0; value < 256; value += 1) {
      const std::uint32_t before = tables[k - 1][value];
      tables[k][value] = (before << 8) ^ tables[0][before >> 24];
    }
  }
  return tables;
}

/** Made when the addon is loaded, in microseconds: in its file they would be what cannot be compressed. */
const auto tables = makeTables();

std::uint32_t byteAt(const std::byte* data, std::size_t index) {
  return static_cast<std::uint32_t>(data[index]);
}

std::uint32_t byTable(std::uint32_t crc, const std::byte* data, std::size_t size) {
  for (; size >= stride; data += stride, size -= stride) {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < 4; i += 1) {
      next ^= tables[stride - 1 - i][((crc >> (24 - 8 * i)) & 0xff) ^ byteAt(data, i)];
    }
    for (std::size_t i = 4; i < stride; i += 1) next ^= tables[stride - 1 - i][byteAt(data, i)];
    crc = next;
  }
  for (; size > 0; data += 1, size -= 1) crc = (crc << 8) ^ tables[0][(crc >> 24) ^ byteAt(data, 0)];
  return crc;
}

}  // namespace

std::uint32_t reedSolomonCrc(const std::byte* data, std::size_t size) {
  const FoldedReedSolomon folded = foldReedSolomon(data, size);
  return byTable(folded.crc, data + folded.taken, size - folded.taken);
}

std::uint32_t reedSolomonCrcByTable(const std::byte* data, std::size_t size) {
  return byTable(0, data, size);
}

}  // namespace lto

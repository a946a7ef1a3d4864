#include "crc32.h"

#include <array>
#include <bit>
#include <cstring>

#include "crc32_fold.h"

namespace lto {
namespace {

constexpr std::uint32_t reflectedPolynomial = 0xedb88320;
/** Bytes that one step of the table method takes. */
constexpr std::size_t stride = 8;
static_assert(std::endian::native == std::endian::little);

using Table = std::array<std::uint32_t, 256>;

/** tables[k][b]: what the byte b does to the register k bytes later. */
constexpr std::array<Table, stride> makeTables() {
  std::array<Table, stride> tables{};
  for (std::uint32_t value = 0; value < 256; value += 1) {
    std::uint32_t crc = value;
    for (int bit = 0; bit < 8; bit += 1) crc = (crc >> 1) ^ ((crc & 1) != 0 ? reflectedPolynomial : 0);
    tables[0][value] = crc;
  }
  for (std::size_t k = 1; k < stride; k += 1) {
    for (std::size_t value = 0; value < 256; value += 1) {
      const std::uint32_t before = tables[k - 1][value];
      tables[k][value] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr auto tables = makeTables();

/** On the register itself: neither inverted before nor after. */
std::uint32_t updateRegister(std::uint32_t crc, const std::byte* data, std::size_t size) {
  for (; size >= stride; data += stride, size -= stride) {
    std::uint64_t word = 0;
    std::memcpy(&word, data, stride);
    word ^= crc;
    crc = 0;
    for (std::size_t i = 0; i < stride; i += 1) crc ^= tables[stride - 1 - i][(word >> (8 * i)) & 0xff];
  }
  for (; size > 0; data += 1, size -= 1) {
    crc = (crc >> 8) ^ tables[0][(crc ^ static_cast<std::uint32_t>(*data)) & 0xff];
  }
  return crc;
}

}  // namespace

std::uint32_t crc32(std::uint32_t crc, const std::byte* data, std::size_t size) {
  const FoldedCrc folded = foldCrc32(~crc, data, size);
  std::uint32_t value = updateRegister(folded.crc, folded.remainder.data(), folded.remainderSize);
  value = updateRegister(value, data + folded.taken, size - folded.taken);
  return ~value;
}

std::uint32_t crc32ByTable(std::uint32_t crc, const std::byte* data, std::size_t size) {
  return ~updateRegister(~crc, data, size);
}

}  // namespace lto

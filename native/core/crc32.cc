#include "crc32.h"

#include <array>
#include <bit>
#include <cstring>

#include "crc32_fold.h"

namespace lto {
namespace {

/** Bytes that one step of the table method takes. */
constexpr std::size_t stride = 8;
static_assert(std::endian::native == std::endian::little);

using Table = std::array<std::uint32_t, 256>;

/** A power of x more. */
template <std::uint32_t Polynomial>
constexpr std::uint32_t timesX(std::uint32_t value) {
  return (value >> 1) ^ ((value & 1) != 0 ? Polynomial : 0);
}

/** tables[k][b]: what the byte b does to the register k bytes later. */
template <std::uint32_t Polynomial>
std::array<Table, stride> makeTables() noexcept {
  std::array<Table, stride> tables{};
  for (std::uint32_t value = 0; value < 256; value += 1) {
    std::uint32_t crc = value;
    for (int bit = 0; bit < 8; bit += 1) crc = timesX<Polynomial>(crc);
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

/** Made when the addon is loaded, in microseconds: in its file they would be what cannot be compressed. */
template <std::uint32_t Polynomial>
const auto tables = makeTables<Polynomial>();

/** On the register itself: neither inverted before nor after. */
template <std::uint32_t Polynomial>
std::uint32_t updateRegister(std::uint32_t crc, const std::byte* data, std::size_t size) {
  const auto& table = tables<Polynomial>;
  for (; size >= stride; data += stride, size -= stride) {
    std::uint64_t word = 0;
    std::memcpy(&word, data, stride);
    word ^= crc;
    crc = 0;
    for (std::size_t i = 0; i < stride; i += 1) crc ^= table[stride - 1 - i][(word >> (8 * i)) & 0xff];
  }
  for (; size > 0; data += 1, size -= 1) {
    crc = (crc >> 8) ^ table[0][(crc ^ static_cast<std::uint32_t>(*data)) & 0xff];
  }
  return crc;
}

/** What folding has left. */
template <std::uint32_t Polynomial>
std::uint32_t finish(const FoldedCrc& folded, const std::byte* data, std::size_t size) {
  const std::uint32_t crc = updateRegister<Polynomial>(folded.crc, folded.remainder.data(), folded.remainderSize);
  return ~updateRegister<Polynomial>(crc, data + folded.taken, size - folded.taken);
}

/** A product modulo the polynomial of CRC32C. */
std::uint32_t times(std::uint32_t a, std::uint32_t b) {
  std::uint32_t product = 0;
  for (std::uint32_t bit = 0x80000000; bit != 0; bit >>= 1) {
    if ((a & bit) != 0) product ^= b;
    b = timesX<polynomialOfCrc32c>(b);
  }
  return product;
}

/** x^power modulo that polynomial. */
std::uint32_t powerOfX(std::size_t power) {
  std::uint32_t product = 0x80000000;
  std::uint32_t square = 0x40000000;
  for (; power > 0; power >>= 1) {
    if ((power & 1) != 0) product = times(product, square);
    square = times(square, square);
  }
  return product;
}

}  // namespace

std::uint32_t crc32(std::uint32_t crc, const std::byte* data, std::size_t size) {
  return finish<polynomialOfCrc32>(foldCrc32(~crc, data, size), data, size);
}

std::uint32_t crc32c(std::uint32_t crc, const std::byte* data, std::size_t size) {
  return finish<polynomialOfCrc32c>(foldCrc32c(~crc, data, size), data, size);
}

std::uint32_t crc32ByTable(std::uint32_t crc, const std::byte* data, std::size_t size) {
  return ~updateRegister<polynomialOfCrc32>(~crc, data, size);
}

std::uint32_t crc32cByTable(std::uint32_t crc, const std::byte* data, std::size_t size) {
  return ~updateRegister<polynomialOfCrc32c>(~crc, data, size);
}

std::uint32_t Crc32cCombination::operator()(std::uint32_t first, std::uint32_t second, std::size_t size) {
  if (size != size_) {
    factor_ = powerOfX(8 * size);
    size_ = size;
  }
  return times(first, factor_) ^ second;
}

}  // namespace lto

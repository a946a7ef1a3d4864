#pragma once

#include <cstdint>

namespace lto {

/** A product in GF(256) by x^8 + x^4 + x^3 + x^2 + 1, the field that ECMA-319 calculates in. */
constexpr std::uint32_t galoisTimes(std::uint32_t a, std::uint32_t b) {
  std::uint32_t product = 0;
  for (; b > 0; b >>= 1) {
    if ((b & 1) != 0) product ^= a;
    a = (a << 1) ^ ((a & 0x80) != 0 ? 0x11dU : 0);
  }
  return product;
}

constexpr std::uint32_t galoisPower(std::uint32_t base, unsigned exponent) {
  std::uint32_t power = 1;
  for (unsigned i = 0; i < exponent; i += 1) power = galoisTimes(power, base);
  return power;
}

}  // namespace lto

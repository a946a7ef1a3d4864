#include "reed_solomon_fold.h"

#include <array>

#include "galois.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lto {

#if defined(__x86_64__)

namespace {

/*
 * The generator x^4 + 38h x^3 + CFh x^2 + 38h x + 1 has four roots in its field, so that the remainder of a division by
 * it follows from the values that the data, taken for a polynomial, has at these four. The values are made in lanes:
 * each lane takes every 64th byte, by Horner's rule with the 64th power of the root. Lanes do not wait for each other,
 * and to multiply all of them by the same factor is what the instructions do.
 */

constexpr std::size_t half = 32;
constexpr std::size_t lanes = 2 * half;
constexpr unsigned degree = 4;

constexpr std::uint32_t generator = 2;
constexpr unsigned firstRoot = 126;

constexpr std::array<std::uint32_t, degree> makeRoots() {
  std::array<std::uint32_t, degree> roots{};
  for (unsigned i = 0; i < degree; i += 1) roots[i] = galoisPower(generator, firstRoot + i);
  return roots;
}

constexpr auto roots = makeRoots();

/** By which a lane is multiplied between two of its bytes. */
constexpr std::uint32_t factor(unsigned root) {
  return galoisPower(roots[root], lanes);
}

/** A polynomial of the third degree, the highest power in the highest byte. */
struct Basis {
  std::array<std::uint32_t, degree> coefficients{};

  [[nodiscard]] constexpr std::uint32_t at(std::uint32_t x) const {
    std::uint32_t value = 0;
    for (const std::uint32_t coefficient : coefficients) value = galoisTimes(value, x) ^ coefficient;
    return value;
  }

  [[nodiscard]] constexpr std::uint32_t times(std::uint32_t by) const {
    std::uint32_t word = 0;
    for (const std::uint32_t coefficient : coefficients) word = (word << 8) | galoisTimes(coefficient, by);
    return word;
  }
};

/** Lagrange's: 1 at that root, 0 at the others. The generator without that root, divided by its value there. */
constexpr Basis basisOf(unsigned root) {
  constexpr std::array<std::uint32_t, degree> highest = {0x01, 0x38, 0xcf, 0x38};
  Basis quotient;
  std::uint32_t carried = 0;
  for (unsigned i = 0; i < degree; i += 1) {
    carried = galoisTimes(carried, roots[root]) ^ highest[i];
    quotient.coefficients[i] = carried;
  }
  // An inverse is the 254th power.
  const std::uint32_t inverse = galoisPower(quotient.at(roots[root]), 254);
  for (auto& coefficient : quotient.coefficients) coefficient = galoisTimes(coefficient, inverse);
  return quotient;
}

constexpr std::array<Basis, degree> bases = {basisOf(0), basisOf(1), basisOf(2), basisOf(3)};
static_assert(bases[0].at(roots[0]) == 1 && bases[0].at(roots[1]) == 0 && bases[3].at(roots[3]) == 1);

using Lanes = std::array<std::uint8_t, lanes>;

/** The register, from the lanes of each root: its value there is that of the data, four powers up. */
std::uint32_t registerOf(const std::array<Lanes, degree>& sums) {
  std::uint32_t crc = 0;
  for (unsigned root = 0; root < degree; root += 1) {
    std::uint32_t value = 0;
    for (const std::uint8_t lane : sums[root]) value = galoisTimes(value, roots[root]) ^ lane;
    crc ^= bases[root].times(galoisTimes(value, galoisPower(roots[root], degree)));
  }
  return crc;
}

/** Products of a factor with each value of the low and of the high four bits. */
struct Nibbles {
  std::array<std::uint8_t, 16> low{};
  std::array<std::uint8_t, 16> high{};
};

constexpr Nibbles nibblesOf(std::uint32_t by) {
  Nibbles nibbles;
  for (std::uint32_t i = 0; i < 16; i += 1) {
    nibbles.low[i] = static_cast<std::uint8_t>(galoisTimes(by, i));
    nibbles.high[i] = static_cast<std::uint8_t>(galoisTimes(by, i << 4));
  }
  return nibbles;
}

constexpr std::array<Nibbles, degree> nibbles = {nibblesOf(factor(0)), nibblesOf(factor(1)), nibblesOf(factor(2)),
                                                 nibblesOf(factor(3))};

/** A product with a factor as a matrix of bits, as GF2P8AFFINEQB has it: byte 7 - i makes bit i. */
constexpr std::uint64_t matrixOf(std::uint32_t by) {
  std::uint64_t matrix = 0;
  for (unsigned bit = 0; bit < 8; bit += 1) {
    const std::uint32_t column = galoisTimes(by, 1U << bit);
    for (unsigned row = 0; row < 8; row += 1) {
      if ((column >> row & 1) != 0) matrix |= std::uint64_t{1} << (8 * (7 - row) + bit);
    }
  }
  return matrix;
}

constexpr std::array<std::uint64_t, degree> matrices = {matrixOf(factor(0)), matrixOf(factor(1)), matrixOf(factor(2)),
                                                        matrixOf(factor(3))};

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i load(const void* data) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(data));
}

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i twice(const std::array<std::uint8_t, 16>& table) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table.data())));
}

[[gnu::target("avx2"), gnu::always_inline]] inline void store(Lanes& to, __m256i first, __m256i second) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to.data()), first);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to.data() + half), second);
}

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i product(__m256i value, __m256i low, __m256i high) {
  const __m256i four = _mm256_set1_epi8(0x0f);
  const __m256i ofLow = _mm256_shuffle_epi8(low, _mm256_and_si256(value, four));
  const __m256i ofHigh = _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi64(value, 4), four));
  return _mm256_xor_si256(ofLow, ofHigh);
}

[[gnu::target("avx2")]] FoldedReedSolomon byShuffles(const std::byte* data, std::size_t size) {
  std::array<Lanes, degree> sums{};
  const std::size_t taken = size - size % lanes;
  __m256i low[degree];
  __m256i high[degree];
  __m256i first[degree];
  __m256i second[degree];
  for (unsigned root = 0; root < degree; root += 1) {
    low[root] = twice(nibbles[root].low);
    high[root] = twice(nibbles[root].high);
    first[root] = _mm256_setzero_si256();
    second[root] = _mm256_setzero_si256();
  }
  for (std::size_t at = 0; at < taken; at += lanes) {
    const __m256i one = load(data + at);
    const __m256i other = load(data + at + half);
    for (unsigned root = 0; root < degree; root += 1) {
      first[root] = _mm256_xor_si256(product(first[root], low[root], high[root]), one);
      second[root] = _mm256_xor_si256(product(second[root], low[root], high[root]), other);
    }
  }
  for (unsigned root = 0; root < degree; root += 1) store(sums[root], first[root], second[root]);
  return {.taken = taken, .crc = registerOf(sums)};
}

[[gnu::target("avx2,gfni")]] FoldedReedSolomon byMatrices(const std::byte* data, std::size_t size) {
  std::array<Lanes, degree> sums{};
  const std::size_t taken = size - size % lanes;
  __m256i matrix[degree];
  __m256i first[degree];
  __m256i second[degree];
  for (unsigned root = 0; root < degree; root += 1) {
    matrix[root] = _mm256_set1_epi64x(static_cast<long long>(matrices[root]));
    first[root] = _mm256_setzero_si256();
    second[root] = _mm256_setzero_si256();
  }
  for (std::size_t at = 0; at < taken; at += lanes) {
    const __m256i one = load(data + at);
    const __m256i other = load(data + at + half);
    for (unsigned root = 0; root < degree; root += 1) {
      first[root] = _mm256_xor_si256(_mm256_gf2p8affine_epi64_epi8(first[root], matrix[root], 0), one);
      second[root] = _mm256_xor_si256(_mm256_gf2p8affine_epi64_epi8(second[root], matrix[root], 0), other);
    }
  }
  for (unsigned root = 0; root < degree; root += 1) store(sums[root], first[root], second[root]);
  return {.taken = taken, .crc = registerOf(sums)};
}

std::vector<ReedSolomonFold> known() {
  std::vector<ReedSolomonFold> folds;
  __builtin_cpu_init();
  const bool isWide = __builtin_cpu_supports("avx2") != 0;
  if (isWide && __builtin_cpu_supports("gfni") != 0) folds.push_back(byMatrices);
  if (isWide) folds.push_back(byShuffles);
  return folds;
}

}  // namespace

#else

namespace {

constexpr std::size_t lanes = 64;

std::vector<ReedSolomonFold> known() {
  return {};
}

}  // namespace

#endif

const std::vector<ReedSolomonFold>& foldsOfReedSolomon() {
  // Never destroyed: device threads may still run while the process leaves main().
  static const auto* const folds = new std::vector<ReedSolomonFold>(known());
  return *folds;
}

FoldedReedSolomon foldReedSolomon(const std::byte* data, std::size_t size) {
  // To put the lanes together costs as much as some hundred bytes by tables.
  constexpr std::size_t worthIt = 16 * lanes;
  const auto& folds = foldsOfReedSolomon();
  return folds.empty() || size < worthIt ? FoldedReedSolomon{} : folds.front()(data, size);
}

}  // namespace lto

#include "crc32_fold.h"

#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <sys/auxv.h>
#endif

namespace lto {

#if defined(__x86_64__)

namespace {

/*
 * Folding by carry-less multiplication: 16 bytes A that lie n bits before 16 bytes B may be replaced by B plus the
 * product of A with x^n mod P, which leaves the CRC as it is. The two halves of A lie 64 bits apart, hence two factors.
 * Bits are reflected: the lowest is the highest power, and a product of two reflected factors comes out one bit short.
 */

/** x^power mod P, reflected, and one place up for the lost bit. */
template <std::uint32_t Polynomial>
constexpr std::uint64_t factor(unsigned power) {
  std::uint32_t rest = 0x80000000;  // x^0
  for (unsigned i = 0; i < power; i += 1) rest = (rest >> 1) ^ ((rest & 1) != 0 ? Polynomial : 0);
  return std::uint64_t{rest} << 1;
}

struct Factors {
  std::uint64_t low;
  std::uint64_t high;
};

/** For a distance of that many bytes: the low half of a register is the earlier one. */
template <std::uint32_t Polynomial>
constexpr Factors factorsFor(unsigned bytes) {
  return {factor<Polynomial>(bytes * 8 + 32), factor<Polynomial>(bytes * 8 - 32)};
}

// The constants that every description of the method gives for 64 and 16 bytes.
static_assert(factorsFor<polynomialOfCrc32>(64).low == 0x154442bd4);
static_assert(factorsFor<polynomialOfCrc32>(64).high == 0x1c6e41596);
static_assert(factorsFor<polynomialOfCrc32>(16).low == 0x1751997d0);
static_assert(factorsFor<polynomialOfCrc32>(16).high == 0x0ccaa009e);
static_assert(factorsFor<polynomialOfCrc32c>(64).low == 0x0740eef02);
static_assert(factorsFor<polynomialOfCrc32c>(64).high == 0x09e4addf8);
static_assert(factorsFor<polynomialOfCrc32c>(16).low == 0x0f20c0dfe);
static_assert(factorsFor<polynomialOfCrc32c>(16).high == 0x14cd00bd6);

constexpr std::size_t lane = 16;
constexpr std::size_t narrowStep = 4 * lane;
constexpr std::size_t wideStep = 8 * lane;

template <std::uint32_t Polynomial, unsigned Bytes>
[[gnu::target("pclmul,sse4.1"), gnu::always_inline]] inline __m128i fold(__m128i earlier, __m128i later) {
  constexpr Factors factors = factorsFor<Polynomial>(Bytes);
  const __m128i both = _mm_set_epi64x(static_cast<long long>(factors.high), static_cast<long long>(factors.low));
  const __m128i low = _mm_clmulepi64_si128(earlier, both, 0x00);
  const __m128i high = _mm_clmulepi64_si128(earlier, both, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), later);
}

template <std::uint32_t Polynomial, unsigned Bytes>
[[gnu::target("avx2,vpclmulqdq"), gnu::always_inline]] inline __m256i foldWide(__m256i earlier, __m256i later) {
  constexpr Factors factors = factorsFor<Polynomial>(Bytes);
  const auto high64 = static_cast<long long>(factors.high);
  const auto low64 = static_cast<long long>(factors.low);
  const __m256i both = _mm256_set_epi64x(high64, low64, high64, low64);
  const __m256i low = _mm256_clmulepi64_epi128(earlier, both, 0x00);
  const __m256i high = _mm256_clmulepi64_epi128(earlier, both, 0x11);
  return _mm256_xor_si256(_mm256_xor_si256(low, high), later);
}

FoldedCrc folded(std::size_t taken, __m128i remainder) {
  FoldedCrc result;
  result.taken = taken;
  result.remainderSize = lane;
  std::memcpy(result.remainder.data(), &remainder, lane);
  return result;
}

[[gnu::target("sse4.1"), gnu::always_inline]] inline __m128i load(const std::byte* data) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(data));
}

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i loadWide(const std::byte* data) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(data));
}

template <std::uint32_t Polynomial>
[[gnu::target("pclmul,sse4.1")]] FoldedCrc foldNarrow(std::uint32_t crc, const std::byte* data, std::size_t size) {
  __m128i a = _mm_xor_si128(load(data), _mm_cvtsi32_si128(static_cast<int>(crc)));
  __m128i b = load(data + lane);
  __m128i c = load(data + 2 * lane);
  __m128i d = load(data + 3 * lane);
  std::size_t taken = narrowStep;
  for (; size - taken >= narrowStep; taken += narrowStep) {
    a = fold<Polynomial, narrowStep>(a, load(data + taken));
    b = fold<Polynomial, narrowStep>(b, load(data + taken + lane));
    c = fold<Polynomial, narrowStep>(c, load(data + taken + 2 * lane));
    d = fold<Polynomial, narrowStep>(d, load(data + taken + 3 * lane));
  }
  return folded(taken, fold<Polynomial, lane>(fold<Polynomial, lane>(fold<Polynomial, lane>(a, b), c), d));
}

template <std::uint32_t Polynomial>
[[gnu::target("avx2,vpclmulqdq,pclmul")]] FoldedCrc foldTwice(std::uint32_t crc, const std::byte* data,
                                                              std::size_t size) {
  const __m256i before = _mm256_zextsi128_si256(_mm_cvtsi32_si128(static_cast<int>(crc)));
  __m256i a = _mm256_xor_si256(loadWide(data), before);
  __m256i b = loadWide(data + 2 * lane);
  __m256i c = loadWide(data + 4 * lane);
  __m256i d = loadWide(data + 6 * lane);
  std::size_t taken = wideStep;
  for (; size - taken >= wideStep; taken += wideStep) {
    a = foldWide<Polynomial, wideStep>(a, loadWide(data + taken));
    b = foldWide<Polynomial, wideStep>(b, loadWide(data + taken + 2 * lane));
    c = foldWide<Polynomial, wideStep>(c, loadWide(data + taken + 4 * lane));
    d = foldWide<Polynomial, wideStep>(d, loadWide(data + taken + 6 * lane));
  }
  const __m256i last =
      foldWide<Polynomial, 2 * lane>(foldWide<Polynomial, 2 * lane>(foldWide<Polynomial, 2 * lane>(a, b), c), d);
  return folded(taken, fold<Polynomial, lane>(_mm256_castsi256_si128(last), _mm256_extracti128_si256(last, 1)));
}

using Fold = FoldedCrc (*)(std::uint32_t, const std::byte*, std::size_t);

template <std::uint32_t Polynomial>
Fold fastest() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("vpclmulqdq") != 0 && __builtin_cpu_supports("avx2") != 0) return foldTwice<Polynomial>;
  if (__builtin_cpu_supports("pclmul") != 0 && __builtin_cpu_supports("sse4.1") != 0) return foldNarrow<Polynomial>;
  return nullptr;
}

template <std::uint32_t Polynomial>
FoldedCrc folded(std::uint32_t crc, const std::byte* data, std::size_t size) {
  static const Fold fold = fastest<Polynomial>();
  if (fold == nullptr || size < wideStep) return {.crc = crc};
  return fold(crc, data, size);
}

}  // namespace

FoldedCrc foldCrc32(std::uint32_t crc, const std::byte* data, std::size_t size) {
  return folded<polynomialOfCrc32>(crc, data, size);
}

FoldedCrc foldCrc32c(std::uint32_t crc, const std::byte* data, std::size_t size) {
  return folded<polynomialOfCrc32c>(crc, data, size);
}

#elif defined(__aarch64__)

namespace {

/** One word more, by the instruction of the polynomial. */
template <std::uint32_t Polynomial>
[[gnu::target("+crc"), gnu::always_inline]] inline std::uint32_t withWord(std::uint32_t crc, std::uint64_t word) {
  return Polynomial == polynomialOfCrc32 ? __crc32d(crc, word) : __crc32cd(crc, word);
}

template <std::uint32_t Polynomial>
[[gnu::target("+crc")]] FoldedCrc byWords(std::uint32_t crc, const std::byte* data, std::size_t size) {
  std::size_t taken = 0;
  for (; size - taken >= sizeof(std::uint64_t); taken += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, data + taken, sizeof word);
    crc = withWord<Polynomial>(crc, word);
  }
  return {.taken = taken, .crc = crc};
}

template <std::uint32_t Polynomial>
FoldedCrc folded(std::uint32_t crc, const std::byte* data, std::size_t size) {
  static const bool hasInstruction = (::getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
  return hasInstruction ? byWords<Polynomial>(crc, data, size) : FoldedCrc{.crc = crc};
}

}  // namespace

FoldedCrc foldCrc32(std::uint32_t crc, const std::byte* data, std::size_t size) {
  return folded<polynomialOfCrc32>(crc, data, size);
}

FoldedCrc foldCrc32c(std::uint32_t crc, const std::byte* data, std::size_t size) {
  return folded<polynomialOfCrc32c>(crc, data, size);
}

#else

FoldedCrc foldCrc32(std::uint32_t crc, const std::byte* /*data*/, std::size_t /*size*/) {
  return {.crc = crc};
}

FoldedCrc foldCrc32c(std::uint32_t crc, const std::byte* /*data*/, std::size_t /*size*/) {
  return {.crc = crc};
}

#endif

}  // namespace lto

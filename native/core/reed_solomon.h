#pragma once

#include <cstddef>
#include <cstdint>

namespace lto {

/** The Reed-Solomon CRC of logical block protection (ECMA-319, SSC-5). */
[[nodiscard]] std::uint32_t reedSolomonCrc(const std::byte* data, std::size_t size);

/** The same without vector instructions. */
[[nodiscard]] std::uint32_t reedSolomonCrcByTable(const std::byte* data, std::size_t size);

}  // namespace lto

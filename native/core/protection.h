#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>

namespace lto {

/** The methods of logical block protection (SSC-5): what follows each block between host and drive. */
enum class Protection : std::uint8_t { none, crc32c, reedSolomon };

using ProtectionInformation = std::array<std::byte, 4>;

/** Bytes that a record has more on its way. */
[[nodiscard]] constexpr std::size_t protectionBytes(Protection protection) {
  return protection == Protection::none ? 0 : std::tuple_size_v<ProtectionInformation>;
}

/** What protects a record. */
struct RecordProtection {
  ProtectionInformation information{};
  /** The record's CRC32C, where the method is that. */
  std::optional<std::uint32_t> crc32c;
};

[[nodiscard]] RecordProtection protectionOf(Protection protection, const std::byte* data, std::size_t size);

}  // namespace lto

#include "protection.h"

#include "crc32.h"
#include "reed_solomon.h"

namespace lto {
namespace {

/**
 * The bytes of a CRC32C go with the least significant first, as LTFS and CERN's tape server have it with real drives;
 * those of the Reed-Solomon CRC with the most significant first.
 */
ProtectionInformation bytesOf(std::uint32_t value, bool leastFirst) {
  ProtectionInformation bytes{};
  for (std::size_t i = 0; i < bytes.size(); i += 1) {
    const std::size_t place = leastFirst ? i : bytes.size() - 1 - i;
    bytes[i] = static_cast<std::byte>(value >> (8 * place));
  }
  return bytes;
}

}  // namespace

RecordProtection protectionOf(Protection protection, const std::byte* data, std::size_t size) {
  switch (protection) {
    case Protection::crc32c: {
      const std::uint32_t value = crc32c(0, data, size);
      return {.information = bytesOf(value, true), .crc32c = value};
    }
    case Protection::reedSolomon:
      return {.information = bytesOf(reedSolomonCrc(data, size), false), .crc32c = std::nullopt};
    case Protection::none:
      break;
  }
  return {};
}

}  // namespace lto

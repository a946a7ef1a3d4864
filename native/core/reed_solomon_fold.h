#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lto {

/** The register of the Reed-Solomon CRC behind the first `taken` bytes. */
struct FoldedReedSolomon {
  std::size_t taken = 0;
  std::uint32_t crc = 0;
};

/** Takes as much of `data` as the vector instructions of the processor can; nothing where it has none. */
[[nodiscard]] FoldedReedSolomon foldReedSolomon(const std::byte* data, std::size_t size);

using ReedSolomonFold = FoldedReedSolomon (*)(const std::byte*, std::size_t);

/** Every way that this processor knows, the fastest first. */
[[nodiscard]] const std::vector<ReedSolomonFold>& foldsOfReedSolomon();

}  // namespace lto

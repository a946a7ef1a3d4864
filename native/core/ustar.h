#pragma once

#include <cstddef>

namespace lto::ustar {

/** Where a field of a header block begins, and its bytes (POSIX.1-2001, ustar interchange format). */
struct Field {
  std::size_t offset;
  std::size_t length;
};

constexpr std::size_t block = 512;
constexpr Field name{0, 100};
constexpr Field mode{100, 8};
constexpr Field user{108, 8};
constexpr Field group{116, 8};
constexpr Field size{124, 12};
constexpr Field modified{136, 12};
constexpr Field checksum{148, 8};
constexpr Field type{156, 1};
constexpr Field magic{257, 8};
constexpr Field major{329, 8};
constexpr Field minor{337, 8};
constexpr Field prefix{345, 155};

constexpr char regularFile = '0';
constexpr char extendedHeader = 'x';

constexpr std::size_t wholeBlocks(std::size_t bytes) {
  return (bytes + block - 1) / block * block;
}

/** The sum of all bytes, with the checksum itself as spaces. */
inline unsigned sumOf(const char* header) {
  unsigned sum = checksum.length * ' ';
  for (std::size_t at = 0; at < checksum.offset; at += 1) sum += static_cast<unsigned char>(header[at]);
  for (std::size_t at = checksum.offset + checksum.length; at < block; at += 1) {
    sum += static_cast<unsigned char>(header[at]);
  }
  return sum;
}

}  // namespace lto::ustar

#include "../core/crc32.h"

#include <cstring>
#include <string_view>
#include <vector>

#include "check.h"
#include "content.h"

using namespace lto;
using namespace lto::test;

namespace {

std::uint32_t crcOf(std::string_view text) {
  return crc32(0, reinterpret_cast<const std::byte*>(text.data()), text.size());
}

}  // namespace

TEST(crc32_has_the_check_value_of_its_catalogue_entry) {
  CHECK(crcOf("123456789") == 0xcbf43926);
  CHECK(crcOf("") == 0);
}

TEST(crc32_by_instructions_is_that_by_tables_for_every_length_and_alignment) {
  const auto bytes = pattern(2'100);
  for (std::size_t size = 0; size <= 2'000; size += 1) {
    for (const std::size_t offset : {std::size_t{0}, std::size_t{1}, std::size_t{13}}) {
      const auto before = static_cast<std::uint32_t>(size * 2'654'435'761);
      CHECK(crc32(before, bytes.data() + offset, size) == crc32ByTable(before, bytes.data() + offset, size));
    }
  }
}

TEST(crc32_goes_on_where_it_left_off) {
  const auto bytes = pattern(100'000);
  const std::uint32_t whole = crc32(0, bytes.data(), bytes.size());
  for (const std::size_t cut : {std::size_t{1}, std::size_t{127}, std::size_t{4'096}, std::size_t{99'999}}) {
    const std::uint32_t first = crc32(0, bytes.data(), cut);
    CHECK(crc32(first, bytes.data() + cut, bytes.size() - cut) == whole);
  }
}

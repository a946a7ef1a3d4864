#include "../core/protection.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "../core/checksum.h"
#include "../core/crc32.h"
#include "../core/reed_solomon.h"
#include "../core/reed_solomon_fold.h"
#include "content.h"
#include "fixture.h"

using namespace lto;
using namespace lto::test;

namespace {

std::vector<std::byte> bytesOf(std::string_view text) {
  std::vector<std::byte> bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

std::uint32_t wordOf(const ProtectionInformation& information) {
  std::uint32_t word = 0;
  for (const std::byte each : information) word = (word << 8) | static_cast<std::uint32_t>(each);
  return word;
}

std::uint32_t onWire(Protection protection, const std::vector<std::byte>& data) {
  return wordOf(protectionOf(protection, data.data(), data.size()).information);
}

}  // namespace

TEST(protection_has_the_known_answers_of_both_methods) {
  const auto digits = bytesOf("123456789");
  const std::vector<std::byte> zeros(32);
  const std::vector<std::byte> ones(32, std::byte{0xff});
  CHECK(onWire(Protection::crc32c, digits) == 0x839206e3);
  CHECK(onWire(Protection::crc32c, zeros) == 0xaa36918a);
  CHECK(onWire(Protection::crc32c, ones) == 0x43aba862);
  CHECK(onWire(Protection::reedSolomon, digits) == 0x4b4f673a);
  CHECK(onWire(Protection::reedSolomon, zeros) == 0);
  CHECK(onWire(Protection::reedSolomon, ones) == 0x49ca147b);
}

TEST(crc32c_by_instructions_is_that_by_tables_for_every_length_and_alignment) {
  const auto bytes = pattern(2'100);
  for (std::size_t size = 0; size <= 2'000; size += 1) {
    for (const std::size_t offset : {std::size_t{0}, std::size_t{1}, std::size_t{13}}) {
      const auto before = static_cast<std::uint32_t>(size * 2'654'435'761);
      CHECK(crc32c(before, bytes.data() + offset, size) == crc32cByTable(before, bytes.data() + offset, size));
    }
  }
}

TEST(reed_solomon_in_steps_is_that_of_single_bytes_for_every_length) {
  const auto bytes = pattern(100);
  for (std::size_t size = 0; size <= bytes.size(); size += 1) {
    // Zeros before the data leave the empty register as it is, and move where the steps of eight bytes begin.
    std::vector<std::byte> shifted(3 + size);
    std::memcpy(shifted.data() + 3, bytes.data(), size);
    CHECK(reedSolomonCrc(shifted.data(), shifted.size()) == reedSolomonCrc(bytes.data(), size));
  }
}

TEST(reed_solomon_by_instructions_is_that_by_tables_for_every_length_and_alignment) {
  const auto bytes = pattern(5'000);
  for (std::size_t size = 900; size <= 4'900; size += size < 1'300 ? 1 : 61) {
    for (const std::size_t offset : {std::size_t{0}, std::size_t{1}, std::size_t{13}}) {
      const std::byte* const data = bytes.data() + offset;
      CHECK(reedSolomonCrc(data, size) == reedSolomonCrcByTable(data, size));
      for (const auto& fold : foldsOfReedSolomon()) {
        const FoldedReedSolomon folded = fold(data, size);
        CHECK(folded.taken == size - size % 64);
        CHECK(folded.crc == reedSolomonCrcByTable(data, folded.taken));
      }
    }
  }
}

TEST(checksum_combines_the_values_of_records) {
  const auto bytes = pattern(100'000);
  for (const std::size_t record : {std::size_t{1}, std::size_t{777}, std::size_t{65'536}}) {
    Checksum combined(ChecksumAlgorithm::crc32c);
    for (std::size_t offset = 0; offset < bytes.size(); offset += record) {
      const std::size_t size = std::min(record, bytes.size() - offset);
      const auto own = protectionOf(Protection::crc32c, bytes.data() + offset, size).crc32c;
      combined.set(combined.with(bytes.data() + offset, size, own));
    }
    CHECK(combined.value() == crc32c(0, bytes.data(), bytes.size()));
  }
}

namespace {

constexpr std::size_t recordSize = 4'096;
constexpr std::size_t onTape = recordSize + protectionBytes(Protection::crc32c);

/** Each record with its protection information behind it. */
std::string expectedOnTape(Protection protection, const std::vector<std::byte>& data) {
  std::string content;
  for (std::size_t offset = 0; offset < data.size(); offset += recordSize) {
    const std::size_t size = std::min(recordSize, data.size() - offset);
    const auto information = protectionOf(protection, data.data() + offset, size).information;
    content.append(reinterpret_cast<const char*>(data.data() + offset), size);
    content.append(reinterpret_cast<const char*>(information.data()), information.size());
  }
  return content;
}

}  // namespace

TEST(records_go_out_protected_and_memory_stays_as_it_was) {
  const auto data = pattern(3 * recordSize + 100);
  for (const auto protection : {Protection::crc32c, Protection::reedSolomon}) {
    for (const bool exclusive : {false, true}) {
      const ScratchFolder folder;
      const auto path = folder.file("tape");
      Fixture fixture(path);
      fixture.open();
      // The last record ends where the slab does.
      auto memory = memoryOf(data.size());
      std::memcpy(memory.data, data.data(), data.size());
      auto checksum = std::make_shared<Checksum>(ChecksumAlgorithm::crc32c);
      WriteCall call{.pieces = {memory}, .recordSize = recordSize, .checksum = checksum};
      call.protection = protection;
      call.exclusive = exclusive;
      const auto outcome = fixture.runFor<WriteOutcome>(std::move(call), 1);
      CHECK(outcome.stop == WriteStop::done);
      CHECK(outcome.records == 4 && outcome.bytes == data.size());
      CHECK(contentOf(path) == expectedOnTape(protection, data));
      CHECK(std::memcmp(memory.data, data.data(), data.size()) == 0);
      CHECK(checksum->value() == crc32c(0, data.data(), data.size()));
      fixture.close();
    }
  }
}

TEST(memory_of_somebody_else_is_never_touched) {
  // Read-only memory: a write to it ends the process.
  const auto data = pattern(2 * recordSize);
  const ScratchFolder folder;
  Fixture fixture(folder.file("tape"));
  fixture.open();
  auto memory = memoryOf(data.size());
  std::memcpy(memory.data, data.data(), data.size());
  CHECK(::mprotect(memory.data, data.size(), PROT_READ) == 0);
  WriteCall call{.pieces = {memory}, .recordSize = recordSize};
  call.protection = Protection::crc32c;
  CHECK(fixture.runFor<WriteOutcome>(std::move(call), 1).records == 2);
  fixture.close();
}

TEST(records_come_in_checked_side_by_side_and_without_their_protection) {
  const auto data = pattern(5 * recordSize);
  for (const auto protection : {Protection::crc32c, Protection::reedSolomon}) {
    const ScratchFolder folder;
    const auto path = folder.file("tape");
    std::ofstream(path, std::ios::binary) << expectedOnTape(protection, data);
    Fixture fixture(path);
    fixture.open(O_RDONLY);
    const auto memory = memoryOf(16 * recordSize);
    auto checksum = std::make_shared<Checksum>();
    ReadCall call{.memory = memory, .offer = onTape, .maxRecords = 5, .checksum = checksum};
    call.protection = protection;
    const auto outcome = fixture.runFor<ReadOutcome>(std::move(call), 1);
    CHECK(outcome.stop == ReadStop::full);
    CHECK(outcome.lengths == std::vector<std::uint32_t>(5, recordSize));
    CHECK(std::memcmp(memory.data, data.data(), data.size()) == 0);
    CHECK(checksum->value() == crc32(0, data.data(), data.size()));
    fixture.close();
  }
}

TEST(a_flipped_bit_stops_reading_at_its_record) {
  const auto data = pattern(3 * recordSize);
  // In the data and in the protection information.
  for (const std::size_t flipped : {onTape + 17, 2 * onTape - 1}) {
    const ScratchFolder folder;
    const auto path = folder.file("tape");
    std::string content = expectedOnTape(Protection::crc32c, data);
    content[flipped] = static_cast<char>(content[flipped] ^ 0x10);
    std::ofstream(path, std::ios::binary) << content;
    Fixture fixture(path);
    fixture.open(O_RDONLY);
    ReadCall call{.memory = memoryOf(16 * recordSize), .offer = onTape, .maxRecords = 16};
    call.protection = Protection::crc32c;
    const auto outcome = fixture.runFor<ReadOutcome>(std::move(call), 1);
    CHECK(outcome.stop == ReadStop::damaged);
    CHECK(outcome.error == 0);
    CHECK(outcome.lengths.size() == 1);
    fixture.close();
  }
}

TEST(a_record_that_is_no_longer_than_its_protection_is_damaged) {
  const ScratchFolder folder;
  const auto path = folder.file("tape");
  std::ofstream(path, std::ios::binary) << std::string(4, '\0');
  Fixture fixture(path);
  fixture.open(O_RDONLY);
  ReadCall call{.memory = memoryOf(recordSize), .offer = recordSize, .maxRecords = 1};
  call.protection = Protection::reedSolomon;
  CHECK(fixture.runFor<ReadOutcome>(std::move(call), 1).stop == ReadStop::damaged);
  fixture.close();
}

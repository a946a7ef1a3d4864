#include "../core/records.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "../core/slab_pool.h"
#include "content.h"
#include "fixture.h"

using namespace lto;
using namespace lto::test;

namespace {

constexpr std::size_t kib = 1024;

void putContent(const std::string& path, const std::string& content) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  CHECK(::write(fd.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size()));
}

}  // namespace

TEST(write_takes_whole_records_and_a_shorter_last_one) {
  const ScratchFolder folder;
  const auto path = folder.file("tape");
  Fixture fixture(path);
  fixture.open();
  auto memory = memoryOf(64 * kib);
  std::memset(memory.data, 'x', 40 * kib + 5);
  memory.size = 40 * kib + 5;
  const auto outcome = fixture.runFor<WriteOutcome>(WriteCall{{memory}, 16 * kib}, 1);
  CHECK(outcome.stop == WriteStop::done);
  CHECK(outcome.records == 3);
  CHECK(outcome.bytes == 40 * kib + 5);
  CHECK(!outcome.mt);
  CHECK(contentOf(path) == std::string(40 * kib + 5, 'x'));
  fixture.close();
}

TEST(write_to_a_full_device_counts_nothing) {
  Fixture fixture("/dev/full");
  fixture.open();
  const auto outcome = fixture.runFor<WriteOutcome>(WriteCall{{memoryOf(64 * kib)}, 16 * kib}, 1);
  CHECK(outcome.stop == WriteStop::endOfMedium);
  CHECK(outcome.error == ENOSPC);
  CHECK(outcome.records == 0 && outcome.bytes == 0);
  fixture.close();
}

TEST(write_counts_the_records_before_a_short_write) {
  const ScratchFolder folder;
  Fixture fixture(folder.fifo("pipe"));
  fixture.open(O_RDWR | O_NONBLOCK);
  // A pipe holds 64 KiB: the second record of 48 KiB has room for 16 KiB.
  const auto outcome = fixture.runFor<WriteOutcome>(WriteCall{{memoryOf(96 * kib)}, 48 * kib}, 1);
  CHECK(outcome.stop == WriteStop::error);
  CHECK(outcome.error == WriteOutcome::shortWrite);
  CHECK(outcome.records == 1 && outcome.bytes == 48 * kib);
  fixture.close();
}

TEST(write_stops_at_any_other_error) {
  const ScratchFolder folder;
  Fixture fixture(folder.file("tape"));
  fixture.open(O_RDONLY);
  const auto outcome = fixture.runFor<WriteOutcome>(WriteCall{{memoryOf(4 * kib)}, 4 * kib}, 1);
  CHECK(outcome.stop == WriteStop::error);
  CHECK(outcome.error == EBADF);
  fixture.close();
}

TEST(read_puts_records_side_by_side) {
  const ScratchFolder folder;
  const auto path = folder.file("tape");
  putContent(path, std::string(10'000, 'a') + std::string(10'000, 'b') + std::string(500, 'c'));
  Fixture fixture(path);
  fixture.open();
  const auto slab = Slab::allocate(64 * kib);
  const auto outcome = fixture.runFor<ReadOutcome>(ReadCall{memoryOf(slab, 64 * kib), 10'000, 100}, 1);
  CHECK(outcome.stop == ReadStop::zero);
  CHECK(outcome.lengths == std::vector<std::uint32_t>{10'000, 10'000, 500});
  CHECK(std::memcmp(slab->data() + 10'000, std::string(10'000, 'b').data(), 10'000) == 0);
  CHECK(std::memcmp(slab->data() + 20'000, std::string(500, 'c').data(), 500) == 0);
  fixture.close();
}

TEST(read_is_full_when_another_offer_has_no_room) {
  Fixture fixture("/dev/zero");
  fixture.open();
  const auto noRoom = fixture.runFor<ReadOutcome>(ReadCall{memoryOf(28 * kib), 10'000, 100}, 1);
  CHECK(noRoom.stop == ReadStop::full);
  CHECK(noRoom.lengths.size() == 2);
  const auto enough = fixture.runFor<ReadOutcome>(ReadCall{memoryOf(32 * kib), 1'000, 3}, 1);
  CHECK(enough.stop == ReadStop::full);
  CHECK(enough.lengths.size() == 3);
  fixture.close();
}

TEST(read_tells_an_error_from_the_end) {
  const ScratchFolder folder;
  Fixture fixture(folder.fifo("pipe"));
  fixture.open(O_RDWR | O_NONBLOCK);
  const auto outcome = fixture.runFor<ReadOutcome>(ReadCall{memoryOf(4 * kib), 512, 1}, 1);
  CHECK(outcome.stop == ReadStop::error);
  CHECK(outcome.error == EAGAIN);
  fixture.close();
}

TEST(a_stop_fails_what_waits_in_the_stream_and_what_comes_later) {
  const ScratchFolder folder;
  const auto path = folder.fifo("pipe");
  Fixture fixture(path);
  fixture.open();
  // A read that blocks until the far end writes keeps the writes in the queue.
  const auto blocked = fixture.submit(ReadCall{memoryOf(4 * kib), 4 * kib, 1}, 9);
  const auto first = fixture.submit(WriteCall{{memoryOf(4 * kib)}, 4 * kib}, 1);
  const auto other = fixture.submit(MtGetCall{});
  const auto bad = fixture.submit(ReadCall{memoryOf(4 * kib), 4 * kib, 1}, 1, 5);
  const auto waits = fixture.submit(WriteCall{{memoryOf(4 * kib)}, 4 * kib}, 1);
  CHECK(fixture.device->cancel(5));
  CHECK(isFailure(fixture.sink->wait(bad), ECANCELED));
  CHECK(isFailure(fixture.sink->wait(waits), ECANCELED));
  CHECK(isFailure(fixture.run(WriteCall{{memoryOf(4 * kib)}, 4 * kib}, 1), ECANCELED));
  CHECK(!fixture.sink->has(blocked));

  putContent(path, "go");
  CHECK(fixture.sink->waitFor<ReadOutcome>(blocked).lengths == std::vector<std::uint32_t>{2});
  CHECK(fixture.sink->waitFor<WriteOutcome>(first).stop == WriteStop::done);
  CHECK(isFailure(fixture.sink->wait(other), ENOTTY));
  fixture.close();
}

TEST(an_error_is_never_followed_by_another_record_of_the_stream) {
  Fixture fixture("/dev/full");
  fixture.open();
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 50; i += 1) ids.push_back(fixture.submit(WriteCall{{memoryOf(4 * kib)}, 4 * kib}, 3));
  const auto next = fixture.submit(WriteCall{{memoryOf(4 * kib)}, 4 * kib}, 4);
  CHECK(fixture.sink->waitFor<WriteOutcome>(ids.front()).stop == WriteStop::endOfMedium);
  for (std::size_t i = 1; i < ids.size(); i += 1) CHECK(isFailure(fixture.sink->wait(ids[i]), ECANCELED));
  CHECK(fixture.sink->waitFor<WriteOutcome>(next).stop == WriteStop::endOfMedium);
  fixture.close();
}

TEST(a_checksum_goes_over_the_records_that_were_taken) {
  const ScratchFolder folder;
  Fixture fixture(folder.fifo("pipe"));
  fixture.open(O_RDWR | O_NONBLOCK);
  auto memory = memoryOf(96 * kib);
  std::memset(memory.data, 'x', memory.size);
  const auto checksum = std::make_shared<Checksum>();
  // A pipe holds 64 KiB: the second record is cut short, and does not count.
  const auto written =
      fixture.runFor<WriteOutcome>(WriteCall{.pieces = {memory}, .recordSize = 48 * kib, .checksum = checksum}, 1);
  CHECK(written.records == 1);
  CHECK(checksum->value() == crc32(0, memory.data, 48 * kib));
  fixture.close();
}

TEST(a_checksum_goes_over_what_was_read_and_nothing_between_the_records) {
  const ScratchFolder folder;
  const auto path = folder.file("tape");
  const std::string content = std::string(10'000, 'a') + std::string(500, 'b');
  putContent(path, content);
  Fixture fixture(path);
  fixture.open();
  const auto checksum = std::make_shared<Checksum>();
  ReadCall call{.memory = memoryOf(64 * kib), .offer = 10'000, .maxRecords = 100, .checksum = checksum};
  CHECK(fixture.runFor<ReadOutcome>(std::move(call), 1).stop == ReadStop::zero);
  CHECK(checksum->value() == crc32(0, reinterpret_cast<const std::byte*>(content.data()), content.size()));
  fixture.close();
}

TEST(memory_is_handed_over_where_it_came_from_a_pool) {
  Fixture fixture("/dev/zero");
  fixture.open();
  const auto pool = SlabPool::make(16 * kib, 1);
  const auto read = [&] { return ReadCall{.offer = 4 * kib, .maxRecords = 100, .pool = pool}; };
  auto outcome = fixture.runFor<ReadOutcome>(read(), 1);
  CHECK(outcome.lengths.size() == 4);
  CHECK(outcome.memory->size() == 16 * kib);
  CHECK(pool->idle() == 0);
  outcome.memory.reset();
  CHECK(pool->idle() == 1);
  fixture.close();
}

TEST(a_read_that_is_cancelled_takes_no_memory_of_its_pool) {
  const ScratchFolder folder;
  const auto path = folder.fifo("pipe");
  Fixture fixture(path);
  fixture.open();
  const auto blocked = fixture.submit(ReadCall{memoryOf(4 * kib), 4 * kib, 1}, 9);
  const auto pool = SlabPool::make(4 * kib, 1);
  const auto read = fixture.submit(ReadCall{.offer = 4 * kib, .maxRecords = 1, .pool = pool}, 1, 5);
  CHECK(fixture.device->cancel(5));
  CHECK(isFailure(fixture.sink->wait(read), ECANCELED));
  putContent(path, "go");
  CHECK(fixture.sink->waitFor<ReadOutcome>(blocked).stop == ReadStop::full);
  fixture.close();
  CHECK(pool->idle() == 0);
}

TEST(quiet_outcomes_are_heard_of_with_the_next_loud_one_or_when_nothing_waits) {
  const ScratchFolder folder;
  const auto path = folder.fifo("pipe");
  Fixture fixture(path);
  fixture.open();
  const auto submitQuiet = [&](Call call) {
    fixture.lastId += 1;
    fixture.device->submit({.id = fixture.lastId, .stream = 1, .quiet = true, .call = std::move(call)});
    return fixture.lastId;
  };
  // Reads that block until the far end writes.
  const auto quiet = submitQuiet(ReadCall{memoryOf(4 * kib), 4 * kib, 1});
  const auto last = submitQuiet(ReadCall{memoryOf(4 * kib), 4 * kib, 1});
  const std::size_t before = fixture.sink->heard();
  putContent(path, "x");
  CHECK(fixture.sink->waitFor<ReadOutcome>(quiet).stop == ReadStop::full);
  CHECK(fixture.sink->heard() == before);
  putContent(path, "y");
  CHECK(fixture.sink->waitFor<ReadOutcome>(last).stop == ReadStop::full);
  while (fixture.sink->heard() < before + 2) std::this_thread::yield();
  fixture.close();
}

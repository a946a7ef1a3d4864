#include "../core/position_guard.h"

#include <cstdio>
#include <fstream>
#include <string>

#include "../core/command_count.h"
#include "fixture.h"

using namespace lto;
using namespace lto::test;

namespace {

/** A counter as sysfs shows one. */
class Counter {
 public:
  explicit Counter(const ScratchFolder& folder) : path_(folder.file("iorequest_cnt")) {}

  void show(const std::string& text) const { std::ofstream(path_, std::ios::trunc) << text; }
  [[nodiscard]] CommandCount count() const { return CommandCount::in(path_); }

 private:
  std::string path_;
};

}  // namespace

TEST(command_count_is_what_sysfs_shows) {
  const ScratchFolder folder;
  const Counter counter(folder);
  const CommandCount count = counter.count();
  CHECK(!count.now());
  counter.show("0x2a\n");
  CHECK(count.now() == 0x2aU);
  // A counter of 32 bits, widened with its sign.
  counter.show("0xffffffffffffffff\n");
  CHECK(count.now() == 0xffffffffU);
  for (const char* const text : {"42\n", "0x\n", "0xzz\n", "x"}) {
    counter.show(text);
    CHECK(!count.now());
  }
  CHECK(!CommandCount().now());
  CHECK(!CommandCount::in("/nowhere/at/all").now());
}

TEST(position_is_asked_for_when_others_have_sent_commands) {
  const ScratchFolder folder;
  const Counter counter(folder);
  counter.show("0xfffffffe\n");
  PositionGuard guard;
  guard.watch(counter.count());
  // A FIFO knows no position: whoever asks gets an error.
  const UniqueFd fifo(::open(folder.fifo("fifo").c_str(), O_RDWR | O_CLOEXEC));
  CHECK(guard.beforeRecord(fifo.get()) == ENOTTY);
  // One command for that question, and one for each record.
  for (const char* const text : {"0xffffffff", "0x0", "0x1"}) {
    counter.show(text);
    CHECK(guard.beforeRecord(fifo.get()) == 0);
  }
  counter.show("0x3");
  CHECK(guard.beforeRecord(fifo.get()) == ENOTTY);
}

TEST(position_is_not_asked_for_where_nothing_counts_commands) {
  const ScratchFolder folder;
  const UniqueFd fifo(::open(folder.fifo("fifo").c_str(), O_RDWR | O_CLOEXEC));
  PositionGuard guard;
  CHECK(guard.beforeRecord(fifo.get()) == 0);
  CHECK(guard.beforeRecord(fifo.get()) == 0);
}

#include "../core/device.h"

#include <sys/ioctl.h>

#include <cerrno>
#include <csignal>
#include <thread>
#include <vector>

#include "fixture.h"

using namespace lto;
using namespace lto::test;

namespace {

void putByte(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  CHECK(::write(fd.get(), "x", 1) == 1);
}

/** Returns once the device's thread has taken what is in the pipe: its call is running. */
void waitUntilEmpty(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  int left = 1;
  while (left != 0) {
    CHECK(::ioctl(fd.get(), FIONREAD, &left) == 0);
    std::this_thread::yield();
  }
}

ReadCall readOne() {
  return {memoryOf(4096), 512, 1};
}

}  // namespace

TEST(open_tells_facts_of_the_node) {
  Fixture null("/dev/null");
  const auto facts = null.runFor<NodeFacts>(OpenCall{O_RDWR});
  CHECK(facts.isCharacterDevice && facts.major == 1 && facts.minor == 3);
  null.close();

  const ScratchFolder folder;
  Fixture file(folder.file("plain"));
  const auto plain = file.runFor<NodeFacts>(OpenCall{O_RDWR});
  CHECK(!plain.isCharacterDevice && plain.major == 0 && plain.minor == 0);
  file.close();
}

TEST(open_can_fail_and_be_tried_again_but_not_twice) {
  Fixture missing("/nowhere/at/all");
  CHECK(isFailure(missing.run(OpenCall{O_RDONLY}), ENOENT));
  CHECK(isFailure(missing.run(OpenCall{O_RDONLY}), ENOENT));
  CHECK(isFailure(missing.run(MtGetCall{}), EBADF));
  missing.close();

  Fixture twice("/dev/null");
  twice.open();
  CHECK(isFailure(twice.run(OpenCall{O_RDONLY}), EALREADY));
  twice.close();
}

TEST(ioctls_of_a_foreign_node_fail_with_their_errno) {
  Fixture fixture("/dev/null");
  fixture.open();
  CHECK(isFailure(fixture.run(MtGetCall{}), ENOTTY));
  CHECK(isFailure(fixture.run(MtPosCall{}), ENOTTY));
  CHECK(isFailure(fixture.run(MtOpCall{8, 0}), ENOTTY));
  ScsiCall inquiry;
  inquiry.cdbLength = 6;
  inquiry.direction = DataDirection::in;
  inquiry.data = WipedBuffer(96);
  inquiry.timeoutMs = 1000;
  CHECK(isFailure(fixture.run(std::move(inquiry)), ENOTTY));
  fixture.close();
}

TEST(close_waits_for_the_queue_refuses_later_calls_and_may_be_repeated) {
  const ScratchFolder folder;
  const auto path = folder.fifo("pipe");
  Fixture fixture(path);
  fixture.open();
  const auto blocked = fixture.submit(readOne(), 1);
  const auto closed = fixture.submit(CloseCall{});
  const auto again = fixture.submit(CloseCall{});
  CHECK(isFailure(fixture.run(MtGetCall{}), Failure::closed));
  CHECK(!fixture.sink->has(closed));
  putByte(path);
  CHECK(fixture.sink->waitFor<ReadOutcome>(blocked).lengths.size() == 1);
  fixture.sink->waitFor<Done>(closed);
  fixture.sink->waitFor<Done>(again);
  fixture.close();
  CHECK(isFailure(fixture.run(OpenCall{O_RDWR}), Failure::closed));
}

TEST(outcomes_come_in_the_order_of_the_queue) {
  Fixture fixture("/dev/null");
  fixture.open();
  std::vector<std::uint64_t> expected{1};
  for (int i = 0; i < 2000; i += 1) {
    expected.push_back(i % 2 == 0 ? fixture.submit(MtGetCall{}) : fixture.submit(WriteCall{{memoryOf(4096)}, 512}, 1));
  }
  fixture.close();
  expected.push_back(expected.back() + 1);
  CHECK(fixture.sink->order() == expected);
}

TEST(cancel_reaches_what_waits_and_not_what_runs) {
  const ScratchFolder folder;
  const auto path = folder.fifo("pipe");
  Fixture fixture(path);
  fixture.open();
  const auto running = fixture.submit(readOne(), 1, 11);
  const auto waiting = fixture.submit(MtGetCall{}, 0, 12);
  CHECK(fixture.device->cancel(12));
  CHECK(!fixture.device->cancel(12));
  CHECK(!fixture.device->cancel(99));
  CHECK(isFailure(fixture.sink->wait(waiting), ECANCELED));
  putByte(path);
  CHECK(fixture.sink->waitFor<ReadOutcome>(running).stop == ReadStop::full);
  CHECK(!fixture.device->cancel(11));
  fixture.close();
}

TEST(abandoned_device_closes_its_descriptor_after_what_is_queued) {
  const ScratchFolder folder;
  const auto path = folder.fifo("pipe");
  Fixture fixture(path);
  fixture.open();
  const auto written = fixture.submit(WriteCall{{memoryOf(4096)}, 4096}, 1);
  fixture.device->abandon();
  fixture.device->abandon();
  CHECK(fixture.sink->waitFor<WriteOutcome>(written).stop == WriteStop::done);
  // Read to the end of the pipe, which comes when the last writer has closed it.
  UniqueFd reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  std::vector<char> bytes(8192);
  ssize_t length = 0;
  while ((length = ::read(reader.get(), bytes.data(), bytes.size())) != 0) {
    CHECK(length > 0 || errno == EAGAIN);
    std::this_thread::yield();
  }
  CHECK(isFailure(fixture.run(MtGetCall{}), Failure::closed));
}

TEST(nothing_queued_is_run_when_nobody_listens) {
  const ScratchFolder folder;
  const auto pipe = folder.fifo("pipe");
  Fixture fixture(pipe);
  fixture.open();
  const auto running = fixture.submit(ReadCall{memoryOf(8192), 512, 2}, 1);
  putByte(pipe);
  waitUntilEmpty(pipe);
  const auto dropped = fixture.submit(MtGetCall{});
  fixture.sink->stopListening();
  putByte(pipe);
  fixture.sink->waitFor<ReadOutcome>(running);
  fixture.close();
  CHECK(!fixture.sink->has(dropped));
}

TEST(device_threads_take_no_signals) {
  const ScratchFolder folder;
  const auto path = folder.fifo("pipe");
  Fixture fixture(path);
  fixture.open();
  struct sigaction ignore{};
  ignore.sa_handler = [](int) {};
  struct sigaction before{};
  ::sigaction(SIGUSR1, &ignore, &before);
  sigset_t blocked;
  sigset_t mask;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &blocked, &mask);
  CHECK(sigismember(&mask, SIGUSR1) == 0);

  const auto running = fixture.submit(readOne(), 1);
  ::kill(::getpid(), SIGUSR1);  // would interrupt the read: no other thread takes it
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(!fixture.sink->has(running));
  putByte(path);
  CHECK(fixture.sink->waitFor<ReadOutcome>(running).stop == ReadStop::full);
  fixture.close();

  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  ::sigaction(SIGUSR1, &before, nullptr);
}

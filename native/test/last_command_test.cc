#include "../core/last_command.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <new>
#include <thread>
#include <vector>

#include "fixture.h"

using namespace lto;
using namespace lto::test;

namespace {

/** SG_IO on a FIFO fails at once: what is seen of a command is the gate that it closes first. */
LastCommandData commandWith(const std::shared_ptr<TransferGate>& gate) {
  LastCommandData command;
  command.cdbLength = 10;
  command.length = 40;
  command.timeoutMs = 1000;
  command.gate = gate;
  return command;
}

bool isOpen(TransferGate& gate) {
  if (!gate.enter()) return false;
  gate.leave();
  return true;
}

std::size_t threadsNow() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& task : std::filesystem::directory_iterator("/proc/self/task")) count += 1;
  return count;
}

/** The program's own, and that of TSan, which begins with the first other one. */
#if defined(__SANITIZE_THREAD__)
constexpr std::size_t ownThreads = 2;
#else
constexpr std::size_t ownThreads = 1;
#endif

/**
 * A device that was closed may still have its thread. TSan delivers no signal to handlers in the child of a process
 * that had other threads when it forked.
 */
void awaitOtherThreads() {
  for (int waited = 0; threadsNow() > ownThreads && waited < 5000; waited += 1) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK(threadsNow() <= ownThreads);
}

/** How a process ends that runs `work`. */
int endOf(void (*work)()) {
  awaitOtherThreads();
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(77);
  }
  int status = 0;
  CHECK(::waitpid(child, &status, 0) == child);
  return status;
}

/** In memory that a child of the process shares. */
TransferGate& sharedGate() {
  void* const memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(memory != MAP_FAILED);
  return *new (memory) TransferGate;
}

/** Armed for the rest of the process, as by a device whose thread has not ended. */
void armForever(TransferGate* gate = nullptr) {
  // Kept where a leak detector looks at the exit of the process; volatile, or the compiler drops what nobody reads.
  static LastCommand* volatile last = nullptr;
  last = new LastCommand;
  CHECK(last->arm(0, commandWith({std::shared_ptr<void>(), gate})));
}

}  // namespace

TEST(gate_lets_pass_until_it_is_closed_and_its_closing_waits) {
  TransferGate gate;
  CHECK(gate.enter());
  std::atomic<bool> closed{false};
  std::thread closing([&] {
    gate.close();
    closed = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  CHECK(!closed);
  CHECK(!gate.enter());
  gate.leave();
  closing.join();
  CHECK(closed);
}

TEST(last_command_is_sent_once_at_close_and_not_after_disarm) {
  const ScratchFolder folder;
  const auto gate = std::make_shared<TransferGate>();
  LastCommand last;
  CHECK(last.arm(0, commandWith(gate)));
  last.disarm();
  last.sendNow();
  sendLastCommands();
  CHECK(isOpen(*gate));
  CHECK(last.arm(0, commandWith(gate)));
  last.sendNow();
  CHECK(!isOpen(*gate));
}

TEST(last_commands_have_places_for_256_devices_which_come_back) {
  std::vector<std::unique_ptr<LastCommand>> all;
  for (int i = 0; i < 256; i += 1) {
    all.push_back(std::make_unique<LastCommand>());
    CHECK(all.back()->arm(0, commandWith(nullptr)));
  }
  LastCommand more;
  CHECK(!more.arm(0, commandWith(nullptr)));
  all.pop_back();
  CHECK(more.arm(0, commandWith(nullptr)));
  // The command of a device takes the place of the one before only when it has one itself.
  CHECK(!more.arm(0, commandWith(nullptr)));
}

TEST(device_stops_records_behind_its_last_command) {
  const ScratchFolder folder;
  Fixture device(folder.fifo("fifo"));
  device.open();
  WriteCall write{.pieces = {memoryOf(4096)}, .recordSize = 4096};
  std::uint64_t stream = 0;
  for (const auto protection : {Protection::none, Protection::crc32c}) {
    write.protection = protection;
    CHECK(device.runFor<WriteOutcome>(write, stream += 1).stop == WriteStop::done);
  }
  device.device->gate()->close();
  for (const auto protection : {Protection::none, Protection::crc32c}) {
    write.protection = protection;
    const auto stopped = device.runFor<WriteOutcome>(write, stream += 1);
    CHECK(stopped.stop == WriteStop::error);
    CHECK(stopped.error == ECANCELED);
    CHECK(stopped.records == 0);
  }
  device.close();
}

TEST(device_has_a_last_command_for_each_setting) {
  const ScratchFolder folder;
  Fixture device(folder.fifo("fifo"));
  device.open();
  const auto protection = std::make_shared<TransferGate>();
  const auto encryption = std::make_shared<TransferGate>();
  const auto other = std::make_shared<TransferGate>();
  device.runFor<Done>(ArmCall{DriveSetting::protection, commandWith(protection)});
  device.runFor<Done>(ArmCall{DriveSetting::encryption, commandWith(other)});
  device.runFor<Done>(ArmCall{DriveSetting::encryption, commandWith(encryption)});
  device.runFor<Done>(DisarmCall{DriveSetting::protection});
  device.close();
  CHECK(isOpen(*protection));
  CHECK(isOpen(*other));
  CHECK(!isOpen(*encryption));
}

TEST(process_that_is_ended_by_a_signal_ends_by_that_signal) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    static int sent = 0;
    static TransferGate* gate = nullptr;
    sent = signal;
    gate = &sharedGate();
    const int status = endOf([] {
      armForever(gate);
      ::raise(sent);
    });
    CHECK(!isOpen(*gate));
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == signal);
  }
}

TEST(process_with_a_handler_of_its_own_keeps_it) {
  const int status = endOf([] {
    struct sigaction own{};
    own.sa_handler = [](int) { ::_exit(3); };
    own.sa_flags = SA_RESTART;
    ::sigaction(SIGTERM, &own, nullptr);
    armForever();
    ::raise(SIGTERM);
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 3);
}

TEST(process_that_ignores_a_signal_goes_on) {
  const int status = endOf([] {
    ::signal(SIGHUP, SIG_IGN);
    armForever();
    ::raise(SIGHUP);
    ::_exit(4);
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 4);
}

TEST(process_that_exits_sends_it_first) {
  static TransferGate& gate = sharedGate();
  const int status = endOf([] {
    armForever(&gate);
    std::exit(0);
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(!isOpen(gate));
}

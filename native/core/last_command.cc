#include "last_command.h"

#include <scsi/sg.h>
#include <sys/ioctl.h>

#include <atomic>
#include <ctime>
#include <utility>

#include "process_end.h"

namespace lto {
namespace {

enum class State : std::uint8_t { free, changing, armed, sending };

/** A place that is never freed: a signal handler may look at it at any time. */
struct Slot {
  std::atomic<State> state{State::free};
  int fd = -1;
  LastCommandData command;

  bool change(State from, State to) { return state.compare_exchange_strong(from, to); }
};

constexpr std::size_t mostSlots = 256;
using Slots = std::array<Slot, mostSlots>;

Slots& slots() {
  static auto* const all = new Slots;
  return *all;
}

constexpr int mostAttentions = 8;
constexpr std::uint8_t checkCondition = 0x02;
constexpr std::uint8_t unitAttention = 0x06;

/** SPC-5 4.5: fixed format 70h and 71h, descriptor format 72h and 73h. */
std::uint8_t senseKey(const std::array<std::uint8_t, 32>& sense) {
  return ((sense[0] & 0x7f) < 0x72 ? sense[2] : sense[1]) & 0x0f;
}

/** Whether the drive has reported a unit attention instead of carrying it out. */
bool metAttention(Slot& slot) {
  std::array<std::uint8_t, 32> sense{};
  sg_io_hdr header{};
  header.interface_id = 'S';
  header.dxfer_direction = SG_DXFER_TO_DEV;
  header.cmdp = slot.command.cdb.data();
  header.cmd_len = slot.command.cdbLength;
  header.sbp = sense.data();
  header.mx_sb_len = sense.size();
  header.dxferp = slot.command.data.data();
  header.dxfer_len = slot.command.length;
  header.timeout = slot.command.timeoutMs;
  if (::ioctl(slot.fd, SG_IO, &header) != 0) return false;
  return header.status == checkCondition && header.sb_len_wr > 2 && senseKey(sense) == unitAttention;
}

void send(Slot& slot) {
  if (slot.command.gate) slot.command.gate->close();
  for (int sent = 0; sent < mostAttentions && metAttention(slot); sent += 1) {
  }
}

void forget(Slot& slot) {
  slot.command.gate.reset();
  slot.state.store(State::free);
}

/** Until the end of the process has sent it. */
void awaitSent(const Slot& slot) {
  constexpr timespec step{.tv_sec = 0, .tv_nsec = 1'000'000};
  while (slot.state.load() == State::sending) ::nanosleep(&step, nullptr);
}

}  // namespace

bool LastCommand::arm(int fd, LastCommandData command) {
  std::size_t index = 0;
  while (index < mostSlots && !slots()[index].change(State::free, State::changing)) index += 1;
  if (index == mostSlots) return false;
  Slot& slot = slots()[index];
  slot.fd = fd;
  slot.command = std::move(command);
  slot.state.store(State::armed);
  watchProcessEnd();
  disarm();
  slot_ = index;
  return true;
}

void LastCommand::disarm() {
  const std::size_t index = std::exchange(slot_, none);
  if (index == none) return;
  Slot& slot = slots()[index];
  if (slot.change(State::armed, State::changing)) return forget(slot);
  awaitSent(slot);
}

void LastCommand::sendNow() {
  const std::size_t index = std::exchange(slot_, none);
  if (index == none) return;
  Slot& slot = slots()[index];
  if (!slot.change(State::armed, State::sending)) return awaitSent(slot);
  send(slot);
  forget(slot);
}

void sendLastCommands() {
  for (auto& slot : slots()) {
    if (!slot.change(State::armed, State::sending)) continue;
    send(slot);
    // Not freed: a signal handler frees no memory, and the process ends.
    slot.state.store(State::changing);
  }
}

}  // namespace lto

#include "transfer_gate.h"

#include <ctime>

namespace lto {
namespace {

constexpr timespec step{.tv_sec = 0, .tv_nsec = 1'000'000};
constexpr int mostSteps = 120'000;

}  // namespace

void TransferGate::close() {
  closed_.store(true);
  // nanosleep(2) is among the few calls that a signal handler may make.
  for (int i = 0; i < mostSteps && passing_.load() != 0; i += 1) ::nanosleep(&step, nullptr);
}

}  // namespace lto

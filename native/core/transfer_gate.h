#pragma once

#include <atomic>
#include <cstdint>

namespace lto {

/** Lets transfers of one drive pass until it is closed, for good. Closing it is allowed in a signal handler. */
class TransferGate {
 public:
  /** Whether the transfer may go on; `leave` has to follow then. */
  [[nodiscard]] bool enter() {
    passing_.fetch_add(1);
    if (!closed_.load()) return true;
    leave();
    return false;
  }
  void leave() { passing_.fetch_sub(1); }

  /** No further transfer passes. Waits for those that have passed, for two minutes at most. */
  void close();

 private:
  std::atomic<bool> closed_{false};
  std::atomic<std::uint32_t> passing_{0};
};

/** One transfer through a gate. */
class TransferPass {
 public:
  explicit TransferPass(TransferGate* gate) : gate_(gate), passed_(gate->enter()) {}
  TransferPass(const TransferPass&) = delete;
  TransferPass& operator=(const TransferPass&) = delete;
  ~TransferPass() {
    if (passed_) gate_->leave();
  }

  [[nodiscard]] bool passed() const { return passed_; }

 private:
  TransferGate* const gate_;
  const bool passed_;
};

}  // namespace lto

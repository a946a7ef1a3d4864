#pragma once

#include <napi.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "../core/sink.h"

namespace lto {

struct Completion {
  std::uint64_t id = 0;
  Outcome outcome;
};

class PendingCalls;
void drainCompletions(Napi::Env env, Napi::Function unused, PendingCalls* pending, void* nothing);
using WakeUp = Napi::TypedThreadSafeFunction<PendingCalls, void, drainCompletions>;
/**
 * Used in turn. A thread-safe function that is called while it calls back goes on with that, up to a thousand times,
 * without a look at timers and other handles: a fast device would hold the event loop, since each wake-up brings the
 * next calls. The other one of a pair has to wait for its place in the loop.
 */
using WakeUps = std::array<WakeUp, 2>;

/**
 * Carries outcomes from the device threads of one environment to its JavaScript thread: a burst costs one wake-up.
 * The threads share it, so that it outlives the environment; the thread-safe functions are only touched while attached.
 */
class CompletionQueue : public Sink {
 public:
  /** On the JavaScript thread, once. */
  void attach(const WakeUps& wakeUps);
  /** On the JavaScript thread, before the environment takes the thread-safe functions down. */
  void detach();

  void complete(std::uint64_t id, Outcome outcome, bool quiet) override;
  void wake() override;
  [[nodiscard]] bool isListening() const override { return attached_.load(); }

  std::vector<Completion> takeAll();

 private:
  void notify();

  std::atomic<bool> attached_{false};
  std::mutex mutex_;
  std::vector<Completion> completions_;
  /** Whether the JavaScript thread was notified, or is about to be, and has not come yet. */
  bool notified_ = false;
  /**
   * Of what follows. Another one, which the JavaScript thread does not want when it comes: who is woken under a lock
   * that it needs goes to sleep again at once.
   */
  std::mutex notifyMutex_;
  WakeUps wakeUps_;
  std::size_t next_ = 0;
};

}  // namespace lto

#pragma once

#include <napi.h>

#include <atomic>
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
void drainMailbox(Napi::Env env, Napi::Function unused, PendingCalls* pending, void* nothing);
using WakeUp = Napi::TypedThreadSafeFunction<PendingCalls, void, drainMailbox>;

/**
 * Carries outcomes from the device threads of one environment to its JavaScript thread: a burst costs one wake-up.
 * The threads share it, so that it outlives the environment; the thread-safe function is only touched while attached.
 */
class Mailbox : public Sink {
 public:
  /** On the JavaScript thread, once. */
  void attach(WakeUp wakeUp);
  /** On the JavaScript thread, before the environment takes the thread-safe function down. */
  void detach();

  void complete(std::uint64_t id, Outcome outcome, bool quiet) override;
  void wake() override;
  [[nodiscard]] bool isListening() const override { return attached_.load(); }

  std::vector<Completion> takeAll();

 private:
  /** Under the lock. */
  void wakeOnce();

  std::mutex mutex_;
  std::atomic<bool> attached_{false};
  WakeUp wakeUp_;
  std::vector<Completion> completions_;
  /** Whether the JavaScript thread was told and has not come yet. */
  bool told_ = false;
};

}  // namespace lto

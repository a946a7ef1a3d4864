#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "completion_queue.h"
#include "read_target.h"

namespace lto {

/** The promises of one environment that wait for a device thread. Lives and dies on the JavaScript thread. */
class PendingCalls {
 public:
  /** Makes the environment's instance; the queue of completions is attached until the environment is torn down. */
  static void install(Napi::Env env);
  static PendingCalls& of(Napi::Env env);

  [[nodiscard]] const std::shared_ptr<CompletionQueue>& completions() const { return completions_; }

  /**
   * Makes a promise that `settle` will find under `id`; the process lives as long as one is pending. A rejection has
   * the stack of this call, where it is kept. `target` gets what the call reads.
   */
  Napi::Promise add(Napi::Env env, std::uint64_t& id, bool keepsStack, ReadTarget target);
  void settleAll(Napi::Env env);

 private:
  struct Pending {
    Napi::Promise::Deferred deferred;
    /** Made when the call was, for the caller's stack; empty where that is not kept. */
    Napi::ObjectReference error;
    ReadTarget target;
  };

  void settle(Napi::Env env, Completion& completion);
  static Napi::Object newError(Napi::Env env);

  std::shared_ptr<CompletionQueue> completions_ = std::make_shared<CompletionQueue>();
  WakeUps wakeUps_;
  std::unordered_map<std::uint64_t, Pending> pending_;
  std::uint64_t lastId_ = 0;
};

}  // namespace lto

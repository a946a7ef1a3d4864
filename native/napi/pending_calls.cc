#include "pending_calls.h"

#include <cerrno>
#include <new>
#include <utility>
#include <variant>

#include "convert.h"

namespace lto {

void drainCompletions(Napi::Env env, Napi::Function /*unused*/, PendingCalls* pending, void* /*nothing*/) {
  if (env != nullptr) pending->settleAll(env);
}

void PendingCalls::install(Napi::Env env) {
  auto* const pending = new PendingCalls;
  env.SetInstanceData(pending);
  for (auto& wakeUp : pending->wakeUps_) {
    wakeUp = WakeUp::New(env, "node-lto", 0, 1, pending);
    wakeUp.Unref(env);
  }
  pending->completions_->attach(pending->wakeUps_);
  // Registered after the thread-safe functions, whose own hooks therefore run later.
  env.AddCleanupHook([completions = pending->completions_] { completions->detach(); });
}

PendingCalls& PendingCalls::of(Napi::Env env) {
  return *env.GetInstanceData<PendingCalls>();
}

Napi::Promise PendingCalls::add(Napi::Env env, std::uint64_t& id, bool keepsStack, ReadTarget target) {
  id = ++lastId_;
  auto deferred = Napi::Promise::Deferred::New(env);
  auto error = keepsStack ? Napi::Persistent(newError(env)) : Napi::ObjectReference();
  // One that is referenced keeps the event loop going, whichever is called.
  if (pending_.empty()) wakeUps_.front().Ref(env);
  pending_.emplace(id, Pending{deferred, std::move(error), std::move(target)});
  return deferred.Promise();
}

void PendingCalls::settleAll(Napi::Env env) {
  for (auto& completion : completions_->takeAll()) {
    const Napi::HandleScope scope(env);
    settle(env, completion);
  }
  if (pending_.empty()) wakeUps_.front().Unref(env);
}

void PendingCalls::settle(Napi::Env env, Completion& completion) {
  auto found = pending_.extract(completion.id);
  const Pending& pending = found.mapped();
  const auto reject = [&](const Failure& failure) {
    const auto error = pending.error.IsEmpty() ? newError(env) : pending.error.Value();
    pending.deferred.Reject(describeFailure(error, failure));
  };
  if (const auto* const failure = std::get_if<Failure>(&completion.outcome)) return reject(*failure);
  try {
    pending.deferred.Resolve(toJavaScript(env, completion.outcome, pending.target));
  } catch (const std::bad_alloc&) {
    reject({ENOMEM, "malloc"});
  }
}

Napi::Object PendingCalls::newError(Napi::Env env) {
  return Napi::Error::New(env).Value();
}

}  // namespace lto

#include "device.h"

#include <cerrno>
#include <thread>
#include <utility>

#include "execute.h"
#include "signals.h"

namespace lto {

std::shared_ptr<Device> Device::start(std::string path, std::shared_ptr<Sink> sink) {
  std::shared_ptr<Device> device(new Device(std::move(path), std::move(sink)));
  const SignalsBlocked blocked;
  std::thread([device] { device->run(); }).detach();
  return device;
}

void Device::submit(QueuedCall call) {
  if (auto refusal = enqueue(call)) {
    report(call.id, std::move(*refusal));
  } else {
    wake();
  }
}

std::optional<Outcome> Device::enqueue(QueuedCall& call) {
  const bool isClose = std::holds_alternative<CloseCall>(call.call);
  const std::scoped_lock lock(mutex_);
  if (isClose && ended_) return Done{};
  if (!isClose && closing_) return Failure{Failure::closed, syscallOf(call.call)};
  if (queue_.hasFailed(call.stream)) return Failure{ECANCELED, syscallOf(call.call)};
  closing_ = closing_ || isClose;
  queue_.push(std::move(call));
  return std::nullopt;
}

bool Device::cancel(std::uint64_t token) {
  CallQueue::Calls canceled;
  {
    const std::scoped_lock lock(mutex_);
    canceled = queue_.cancel(token);
  }
  reportCanceled(canceled);
  return !canceled.empty();
}

void Device::abandon() {
  submit({.call = CloseCall{}});
}

void Device::wake() {
  wakeUps_.fetch_add(1);
  if (waiting_.load()) wakeUps_.notify_one();
}

void Device::report(std::uint64_t id, Outcome outcome, bool quiet) {
  if (id != 0) sink_->complete(id, std::move(outcome), quiet);
}

void Device::reportCanceled(const CallQueue::Calls& calls) {
  for (const auto& each : calls) report(each.id, Failure{ECANCELED, syscallOf(each.call)});
}

void Device::run() {
  for (;;) {
    const std::uint32_t seen = wakeUps_.load();
    while (auto call = takeNext()) runCall(*call);
    sink_->wake();
    if (end()) return;
    waiting_.store(true);
    wakeUps_.wait(seen);
    waiting_.store(false);
  }
}

std::optional<QueuedCall> Device::takeNext() {
  CallQueue::Calls dropped;  // freed after the lock
  const bool listening = sink_->isListening();
  const std::scoped_lock lock(mutex_);
  if (!listening) dropped = queue_.takeAllButClose();
  return queue_.takeFirst();
}

void Device::runCall(QueuedCall& call) {
  Outcome outcome = execute(node_, path_, call.call);
  closed_ = closed_ || std::holds_alternative<CloseCall>(call.call);
  CallQueue::Calls canceled;
  const bool stopped = endsStream(outcome);
  if (call.stream != 0 && stopped) {
    const std::scoped_lock lock(mutex_);
    canceled = queue_.failStream(call.stream);
  }
  report(call.id, std::move(outcome), call.quiet && !stopped);
  reportCanceled(canceled);
}

bool Device::end() {
  const std::scoped_lock lock(mutex_);
  ended_ = closed_ && queue_.empty();
  return ended_;
}

}  // namespace lto

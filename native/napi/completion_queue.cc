#include "completion_queue.h"

#include <utility>

namespace lto {

void CompletionQueue::attach(const WakeUps& wakeUps) {
  const std::scoped_lock lock(mutex_, notifyMutex_);
  wakeUps_ = wakeUps;
  attached_ = true;
}

void CompletionQueue::detach() {
  const std::scoped_lock lock(mutex_, notifyMutex_);
  attached_ = false;
  completions_.clear();
}

void CompletionQueue::complete(std::uint64_t id, Outcome outcome, bool quiet) {
  {
    const std::scoped_lock lock(mutex_);
    if (!attached_) return;
    completions_.push_back({id, std::move(outcome)});
    if (quiet || notified_) return;
    notified_ = true;
  }
  notify();
}

void CompletionQueue::wake() {
  {
    const std::scoped_lock lock(mutex_);
    if (!attached_ || completions_.empty() || notified_) return;
    notified_ = true;
  }
  notify();
}

void CompletionQueue::notify() {
  const std::scoped_lock lock(notifyMutex_);
  if (!attached_) return;
  wakeUps_.at(next_).NonBlockingCall();
  next_ = (next_ + 1) % wakeUps_.size();
}

std::vector<Completion> CompletionQueue::takeAll() {
  const std::scoped_lock lock(mutex_);
  notified_ = false;
  return std::exchange(completions_, {});
}

}  // namespace lto

#include "mailbox.h"

#include <utility>

namespace lto {

void Mailbox::attach(const WakeUps& wakeUps) {
  const std::scoped_lock lock(mutex_, tellingMutex_);
  wakeUps_ = wakeUps;
  attached_ = true;
}

void Mailbox::detach() {
  const std::scoped_lock lock(mutex_, tellingMutex_);
  attached_ = false;
  completions_.clear();
}

void Mailbox::complete(std::uint64_t id, Outcome outcome, bool quiet) {
  {
    const std::scoped_lock lock(mutex_);
    if (!attached_) return;
    completions_.push_back({id, std::move(outcome)});
    if (quiet || told_) return;
    told_ = true;
  }
  tell();
}

void Mailbox::wake() {
  {
    const std::scoped_lock lock(mutex_);
    if (!attached_ || completions_.empty() || told_) return;
    told_ = true;
  }
  tell();
}

void Mailbox::tell() {
  const std::scoped_lock lock(tellingMutex_);
  if (!attached_) return;
  wakeUps_.at(next_).NonBlockingCall();
  next_ = (next_ + 1) % wakeUps_.size();
}

std::vector<Completion> Mailbox::takeAll() {
  const std::scoped_lock lock(mutex_);
  told_ = false;
  return std::exchange(completions_, {});
}

}  // namespace lto

#include "crew.h"

#include <algorithm>
#include <chrono>
#include <system_error>

#include "signals.h"

namespace lto {
namespace {

/** More would wait for each other: the files of one folder are made one at a time by the kernel. */
constexpr unsigned mostHelpers = 3;

/**
 * Until it is told, or for an hour: the caller looks again in either case. Waiting without a limit is a symbol of
 * libstdc++ that RHEL 9 does not have (GLIBCXX_3.4.30).
 */
void untilTold(std::condition_variable& told, std::unique_lock<std::mutex>& lock) {
  told.wait_for(lock, std::chrono::hours{1});
}

}  // namespace

std::size_t Crew::helpersOfMachine() {
  const unsigned processors = std::thread::hardware_concurrency();
  return processors < 2 ? 0 : std::min(processors - 1, mostHelpers);
}

Crew::~Crew() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  added_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Crew::add(Task& task) {
  if (threads_.size() < helpers_) start();
  const std::lock_guard lock(mutex_);
  task.state_ = Task::State::waiting;
  queue_.push_back(&task);
  if (idle_ > 0) added_.notify_one();
}

bool Crew::takeBack(Task& task) {
  const std::lock_guard lock(mutex_);
  if (!unqueue(task)) return false;
  task.state_ = Task::State::idle;
  return true;
}

void Crew::wait(Task& task) {
  std::unique_lock lock(mutex_);
  while (task.state_ != Task::State::idle) {
    if (unqueue(task)) {
      run(task, lock);
    } else if (!queue_.empty()) {
      Task& other = *queue_.front();
      queue_.pop_front();
      run(other, lock);
    } else {
      isWaitedFor_ = true;
      untilTold(done_, lock);
      isWaitedFor_ = false;
    }
  }
}

void Crew::start() {
  const SignalsBlocked blocked;
  try {
    while (threads_.size() < helpers_) threads_.emplace_back([this] { serve(); });
  } catch (const std::system_error&) {
    // There can be no more threads: those that there are, and the caller, do the work.
    helpers_ = threads_.size();
  }
}

void Crew::serve() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (!queue_.empty()) {
      Task& task = *queue_.front();
      queue_.pop_front();
      run(task, lock);
    } else if (ends_) {
      return;
    } else {
      idle_ += 1;
      untilTold(added_, lock);
      idle_ -= 1;
    }
  }
}

void Crew::run(Task& task, std::unique_lock<std::mutex>& lock) {
  task.state_ = Task::State::running;
  lock.unlock();
  task.run();
  lock.lock();
  task.state_ = Task::State::idle;
  if (isWaitedFor_) done_.notify_one();
}

bool Crew::unqueue(Task& task) {
  if (task.state_ != Task::State::waiting) return false;
  queue_.erase(std::find(queue_.begin(), queue_.end(), &task));
  return true;
}

}  // namespace lto

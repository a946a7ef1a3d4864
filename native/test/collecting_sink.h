#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <vector>

#include "../core/sink.h"
#include "check.h"

namespace lto::test {

/** Keeps outcomes until they are asked for. */
class CollectingSink : public Sink {
 public:
  /** Quiet or not: `wait` sees all; `heard` tells what a listener would have heard of. */
  void complete(std::uint64_t id, Outcome outcome, bool quiet) override {
    const std::scoped_lock lock(mutex_);
    if (!quiet) heard_ = order_.size() + 1;
    order_.push_back(id);
    outcomes_.emplace(id, std::move(outcome));
    changed_.notify_all();
  }
  void wake() override {
    const std::scoped_lock lock(mutex_);
    heard_ = order_.size();
  }
  /** How many outcomes, from the first, a listener would have heard of. */
  [[nodiscard]] std::size_t heard() {
    const std::scoped_lock lock(mutex_);
    return heard_;
  }
  [[nodiscard]] bool isListening() const override { return listening_; }
  void stopListening() { listening_ = false; }

  /** Waits for the outcome and takes it. */
  Outcome wait(std::uint64_t id) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return outcomes_.contains(id); });
    return std::move(outcomes_.extract(id).mapped());
  }

  template <typename Expected>
  Expected waitFor(std::uint64_t id) {
    Outcome outcome = wait(id);
    CHECK(std::holds_alternative<Expected>(outcome));
    return std::get<Expected>(std::move(outcome));
  }

  [[nodiscard]] bool has(std::uint64_t id) {
    const std::scoped_lock lock(mutex_);
    return outcomes_.contains(id);
  }

  [[nodiscard]] std::vector<std::uint64_t> order() {
    const std::scoped_lock lock(mutex_);
    return order_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, Outcome> outcomes_;
  std::vector<std::uint64_t> order_;
  std::size_t heard_ = 0;
  std::atomic<bool> listening_{true};
};

}  // namespace lto::test

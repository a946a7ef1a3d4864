#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace lto {

/** Work for a Crew. It belongs to whoever adds it, who keeps it until it was waited for or taken back. */
class Task {
 public:
  Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  virtual ~Task() = default;

 private:
  friend class Crew;
  enum class State : std::uint8_t { idle, waiting, running };

  virtual void run() noexcept = 0;

  /** Guarded by the mutex of the crew. */
  State state_ = State::idle;
};

/**
 * Threads that work beside the one that has the crew. That thread does its share: what nobody has begun it takes back,
 * or runs while it waits, so that a crew without a thread works too. For one thread.
 */
class Crew {
 public:
  explicit Crew(std::size_t helpers) : helpers_(helpers) {}
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  /** Nothing may wait or run any more. */
  ~Crew();

  /** For work that keeps a processor busy: a thread for each one, the caller included. */
  [[nodiscard]] static std::size_t helpersOfMachine();

  [[nodiscard]] bool hasHelpers() const { return helpers_ > 0; }
  /** Whoever is free runs it. The threads start with the first one. */
  void add(Task& task);
  /** Whether nobody has begun it; then nobody will. */
  [[nodiscard]] bool takeBack(Task& task);
  /** Until it is done, or at once where it was not added. */
  void wait(Task& task);

 private:
  void start();
  void serve();
  void run(Task& task, std::unique_lock<std::mutex>& lock);
  [[nodiscard]] bool unqueue(Task& task);

  std::size_t helpers_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable added_;
  std::condition_variable done_;
  std::deque<Task*> queue_;
  std::size_t idle_ = 0;
  bool isWaitedFor_ = false;
  bool ends_ = false;
};

}  // namespace lto

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "call_queue.h"
#include "open_node.h"
#include "sink.h"

namespace lto {

/**
 * One file descriptor, one thread, one FIFO queue. The thread owns the descriptor and shares the Device with whoever
 * submits, so that neither waits for the other: the thread may be in an ioctl for hours.
 */
class Device : public std::enable_shared_from_this<Device> {
 public:
  /** Starts the thread. Throws std::system_error when there can't be one. */
  static std::shared_ptr<Device> start(std::string path, std::shared_ptr<Sink> sink);

  /** Queues the call. Its outcome reaches the sink, at once when the device is closed or the stream has failed. */
  void submit(QueuedCall call);

  /** Whether a call with that token still waited; it, and the rest of its stream, ends with ECANCELED. */
  bool cancel(std::uint64_t token);

  /** What a last command, of this device or of its sibling, closes. */
  [[nodiscard]] std::shared_ptr<TransferGate> gate() const { return node_.gate; }

  /** close() that nobody waits for. Does not block. */
  void abandon();

 private:
  Device(std::string path, std::shared_ptr<Sink> sink) : path_(std::move(path)), sink_(std::move(sink)) {}

  /** Queues the call unless it must be refused; returns the outcome of a refusal. */
  std::optional<Outcome> enqueue(QueuedCall& call);
  void wake();
  void report(std::uint64_t id, Outcome outcome, bool quiet = false);
  void reportCanceled(const CallQueue::Calls& calls);

  // The rest runs on the thread.
  void run();
  std::optional<QueuedCall> takeNext();
  void runCall(QueuedCall& call);
  /** Whether the thread may end: the descriptor is closed and nothing waits. */
  bool end();

  const std::string path_;
  const std::shared_ptr<Sink> sink_;

  // Of the thread alone.
  OpenNode node_;
  bool closed_ = false;

  /** Counts changes that the thread should look at. */
  std::atomic<std::uint32_t> wakeUps_{0};
  /**
   * Whether it waits for one: telling a thread that does not costs a system call too. Only the thread sets it: whoever
   * cleared it for a wait that was over already would leave the next one without anybody to end it.
   */
  std::atomic<bool> waiting_{false};
  std::mutex mutex_;
  CallQueue queue_;
  bool closing_ = false;
  bool ended_ = false;
};

}  // namespace lto

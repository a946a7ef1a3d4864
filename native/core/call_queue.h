#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <unordered_set>
#include <utility>

#include "call.h"

namespace lto {

/** A call in a device's queue. */
struct QueuedCall {
  /** The submitter's name for it; 0 when nobody waits for the outcome. */
  std::uint64_t id = 0;
  /** For cancel(); 0 for none. */
  std::uint64_t token = 0;
  /** Group of record calls that fail together; 0 for none. */
  std::uint64_t stream = 0;
  /** Its outcome may wait for that of a later call, as long as there is one and all goes well. */
  bool quiet = false;
  Call call;
};

/** FIFO queue with cancellation and stream groups. Not thread-safe: Device guards it. */
class CallQueue {
 public:
  using Calls = std::list<QueuedCall>;

  [[nodiscard]] bool empty() const { return calls_.empty(); }
  void push(QueuedCall call) { calls_.push_back(std::move(call)); }
  std::optional<QueuedCall> takeFirst();

  /**
   * Takes out the call with that token. When it belongs to a stream, the group fails from there on, since what follows
   * would leave a hole in the sequence of records. Returns what was taken out, the call itself first.
   */
  Calls cancel(std::uint64_t token);

  /** Takes out all calls of the stream; later ones are refused, see hasFailed(). */
  Calls failStream(std::uint64_t stream);
  [[nodiscard]] bool hasFailed(std::uint64_t stream) const { return failedStreams_.contains(stream); }

  /** Takes out everything except close. */
  Calls takeAllButClose();

 private:
  template <typename Predicate>
  Calls takeFrom(Calls::iterator first, Predicate matches);

  Calls calls_;
  std::unordered_set<std::uint64_t> failedStreams_;
};

}  // namespace lto

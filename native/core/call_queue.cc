#include "call_queue.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace lto {

std::optional<QueuedCall> CallQueue::takeFirst() {
  if (calls_.empty()) return std::nullopt;
  std::optional<QueuedCall> first(std::move(calls_.front()));
  calls_.pop_front();
  return first;
}

template <typename Predicate>
CallQueue::Calls CallQueue::takeFrom(Calls::iterator first, Predicate matches) {
  Calls taken;
  while (first != calls_.end()) {
    const auto each = first++;
    if (matches(*each)) taken.splice(taken.end(), calls_, each);
  }
  return taken;
}

CallQueue::Calls CallQueue::cancel(std::uint64_t token) {
  const auto found = std::ranges::find(calls_, token, &QueuedCall::token);
  if (token == 0 || found == calls_.end()) return {};
  const std::uint64_t stream = found->stream;
  if (stream == 0) return takeFrom(found, [=](const auto& each) { return each.token == token; });
  failedStreams_.insert(stream);
  return takeFrom(found, [=](const auto& each) { return each.stream == stream; });
}

CallQueue::Calls CallQueue::failStream(std::uint64_t stream) {
  failedStreams_.insert(stream);
  return takeFrom(calls_.begin(), [=](const auto& each) { return each.stream == stream; });
}

CallQueue::Calls CallQueue::takeAllButClose() {
  return takeFrom(calls_.begin(), [](const auto& each) { return !std::holds_alternative<CloseCall>(each.call); });
}

}  // namespace lto

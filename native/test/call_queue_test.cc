#include "../core/call_queue.h"

#include <vector>

#include "check.h"

using lto::CallQueue;
using lto::CloseCall;
using lto::MtGetCall;

namespace {

void push(CallQueue& queue, std::uint64_t id, std::uint64_t stream = 0, std::uint64_t token = 0) {
  queue.push({.id = id, .token = token, .stream = stream, .call = MtGetCall{}});
}

using Ids = std::vector<std::uint64_t>;

Ids idsOf(const CallQueue::Calls& calls) {
  Ids ids;
  for (const auto& each : calls) ids.push_back(each.id);
  return ids;
}

Ids drain(CallQueue& queue) {
  Ids ids;
  while (const auto call = queue.takeFirst()) ids.push_back(call->id);
  return ids;
}

}  // namespace

TEST(queue_gives_calls_in_order) {
  CallQueue queue;
  for (std::uint64_t id = 1; id <= 3; id += 1) push(queue, id);
  CHECK(drain(queue) == Ids{1, 2, 3});
  CHECK(queue.empty());
}

TEST(queue_cancel_takes_one_call_out) {
  CallQueue queue;
  push(queue, 1, 0, 10);
  push(queue, 2, 0, 20);
  push(queue, 3);
  CHECK(idsOf(queue.cancel(20)) == Ids{2});
  CHECK(queue.cancel(20).empty());
  CHECK(queue.cancel(0).empty());
  CHECK(drain(queue) == Ids{1, 3});
}

TEST(queue_cancel_fails_the_rest_of_the_stream_but_not_what_came_before) {
  CallQueue queue;
  push(queue, 1, 7, 10);
  push(queue, 2, 7, 20);
  push(queue, 3, 8, 30);
  push(queue, 4, 7, 40);
  CHECK(idsOf(queue.cancel(20)) == Ids{2, 4});
  CHECK(queue.hasFailed(7));
  CHECK(!queue.hasFailed(8));
  CHECK(drain(queue) == Ids{1, 3});
}

TEST(queue_fails_a_whole_stream) {
  CallQueue queue;
  push(queue, 1, 7);
  push(queue, 2);
  push(queue, 3, 8);
  push(queue, 4, 7);
  CHECK(idsOf(queue.failStream(7)) == Ids{1, 4});
  CHECK(queue.hasFailed(7));
  CHECK(!queue.hasFailed(0));
  CHECK(drain(queue) == Ids{2, 3});
}

TEST(queue_keeps_close_when_all_else_is_dropped) {
  CallQueue queue;
  push(queue, 1);
  queue.push({.id = 2, .call = CloseCall{}});
  CHECK(idsOf(queue.takeAllButClose()) == Ids{1});
  CHECK(drain(queue) == Ids{2});
}

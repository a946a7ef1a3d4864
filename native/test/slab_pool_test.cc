#include "../core/slab_pool.h"

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "check.h"

using namespace lto;

namespace {

std::shared_ptr<Slab> takeFrom(SlabPool& pool) {
  auto reservation = pool.reserve();
  return reservation ? reservation.take() : nullptr;
}

}  // namespace

TEST(pool_hands_out_no_more_than_it_has) {
  const auto pool = SlabPool::make(8'192, 3);
  CHECK(pool->available() == 3);
  auto first = takeFrom(*pool);
  auto second = takeFrom(*pool);
  auto third = takeFrom(*pool);
  CHECK(first && second && third);
  CHECK(pool->available() == 0);
  CHECK(!pool->reserve());
  auto* const data = second->data();
  second.reset();
  CHECK(pool->available() == 1);
  CHECK(takeFrom(*pool)->data() == data);
}

TEST(pool_promises_no_more_than_it_has) {
  const auto pool = SlabPool::make(8'192, 2);
  auto first = pool->reserve();
  {
    const auto second = pool->reserve();
    CHECK(second);
    CHECK(pool->available() == 0);
    CHECK(!pool->reserve());
  }
  CHECK(pool->available() == 1);
  auto moved = std::move(first);
  CHECK(pool->available() == 1);
  const auto slab = moved.take();
  CHECK(!moved);
  CHECK(pool->available() == 1);
}

TEST(pool_gives_a_call_what_came_back_after_it_was_made) {
  const auto pool = SlabPool::make(8'192, 3);
  auto cold = takeFrom(*pool);
  auto hot = takeFrom(*pool);
  auto reservation = pool->reserve();
  auto* const data = hot->data();
  cold.reset();
  hot.reset();
  CHECK(reservation.take()->data() == data);
}

TEST(pool_takes_its_own_slabs_back_before_they_are_let_go) {
  const auto pool = SlabPool::make(8'192, 1);
  const auto other = SlabPool::make(8'192, 1);
  auto lent = takeFrom(*pool);
  auto* const data = lent->data();
  const auto slab = Slab::find(data, 8'192);
  CHECK(!other->takeBack(slab));
  CHECK(!other->takeBack(Slab::allocate(8'192)));
  CHECK(pool->takeBack(slab));
  CHECK(pool->available() == 1);
  // The share that is still held comes back by itself one day, and then only once.
  auto again = takeFrom(*pool);
  CHECK(again->data() == data);
  again.reset();
  CHECK(pool->available() == 0);
  lent.reset();
  CHECK(pool->available() == 1);
}

TEST(pool_takes_back_what_is_out_when_it_was_closed) {
  auto pool = SlabPool::make(8'192, 2);
  auto slab = takeFrom(*pool);
  auto* const data = slab->data();
  pool->close();
  CHECK(!pool->reserve());
  CHECK(pool->available() == 0);
  data[0] = std::byte{1};
  CHECK(Slab::find(data, 1) != nullptr);
  CHECK(!pool->takeBack(Slab::find(data, 1)));
  pool.reset();
  data[0] = std::byte{2};
  slab.reset();
  CHECK(Slab::find(data, 1) == nullptr);
}

TEST(pool_keeps_its_promises_after_it_was_closed) {
  const auto pool = SlabPool::make(8'192, 2);
  takeFrom(*pool).reset();
  auto reservation = pool->reserve();
  CHECK(pool->close().size() == 1);
  auto slab = reservation.take();
  auto* const data = slab->data();
  slab.reset();
  CHECK(Slab::find(data, 1) == nullptr);
}

TEST(pool_serves_many_threads) {
  const auto pool = SlabPool::make(4'096, 4);
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; i += 1) {
    threads.emplace_back([&] {
      for (int round = 0; round < 500; round += 1) {
        const auto slab = takeFrom(*pool);
        if (!slab) continue;
        CHECK(taken.fetch_add(1) < 4);
        slab->data()[0] = std::byte{1};
        taken.fetch_sub(1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(pool->available() == 4);
}

#include "../core/slab_pool.h"

#include <memory>
#include <thread>
#include <vector>

#include "check.h"

using namespace lto;

TEST(pool_takes_the_slab_that_came_back_last) {
  const auto pool = SlabPool::make(8'192, 3);
  auto cold = pool->take();
  auto hot = pool->take();
  CHECK(cold->data() != hot->data());
  CHECK(pool->idle() == 0);
  auto* const data = hot->data();
  cold.reset();
  hot.reset();
  CHECK(pool->idle() == 2);
  CHECK(pool->take()->data() == data);
}

TEST(pool_unmaps_what_comes_back_beyond_what_it_keeps) {
  const auto pool = SlabPool::make(8'192, 2);
  std::vector<std::shared_ptr<Slab>> slabs;
  for (int i = 0; i < 5; i += 1) slabs.push_back(pool->take());
  auto* const data = slabs.front()->data();
  slabs.erase(slabs.begin());
  CHECK(Slab::find(data, 1) == nullptr);
  CHECK(pool->idle() == 0);
  slabs.clear();
  CHECK(pool->idle() == 2);
}

TEST(pool_takes_its_own_slabs_back_before_they_are_let_go) {
  const auto pool = SlabPool::make(8'192, 1);
  const auto other = SlabPool::make(8'192, 1);
  auto lent = pool->take();
  auto* const data = lent->data();
  const auto slab = Slab::find(data, 8'192);
  CHECK(!other->takeBack(slab));
  CHECK(!other->takeBack(Slab::allocate(8'192)));
  CHECK(pool->takeBack(slab));
  CHECK(pool->idle() == 1);
  // The share that is still held comes back by itself one day, and then only once.
  auto again = pool->take();
  CHECK(again->data() == data);
  again.reset();
  CHECK(pool->idle() == 0);
  lent.reset();
  CHECK(pool->idle() == 1);
}

TEST(pool_takes_nothing_back_once_it_was_closed) {
  auto pool = SlabPool::make(8'192, 2);
  auto slab = pool->take();
  auto* const data = slab->data();
  auto* const idle = pool->take()->data();
  pool->close();
  CHECK(pool->isClosed());
  CHECK(pool->idle() == 0);
  CHECK(Slab::find(idle, 1) == nullptr);
  data[0] = std::byte{1};
  CHECK(Slab::find(data, 1) != nullptr);
  CHECK(!pool->takeBack(Slab::find(data, 1)));
  pool.reset();
  data[0] = std::byte{2};
  slab.reset();
  CHECK(Slab::find(data, 1) == nullptr);
}

TEST(pool_has_memory_for_a_call_that_waited_while_it_was_closed) {
  const auto pool = SlabPool::make(8'192, 2);
  pool->close();
  auto slab = pool->take();
  auto* const data = slab->data();
  slab.reset();
  CHECK(Slab::find(data, 1) == nullptr);
}

TEST(pool_serves_many_threads) {
  const auto pool = SlabPool::make(4'096, 4);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; i += 1) {
    threads.emplace_back([&, mark = std::byte(i)] {
      for (int round = 0; round < 500; round += 1) {
        const auto slab = pool->take();
        slab->data()[0] = mark;
        std::this_thread::yield();
        CHECK(slab->data()[0] == mark);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(pool->idle() > 0 && pool->idle() <= 4);
}

#include "../core/slab_pool.h"

#include <atomic>
#include <thread>
#include <vector>

#include "check.h"

using namespace lto;

TEST(pool_hands_out_no_more_than_it_has) {
  const auto pool = SlabPool::make(8'192, 3);
  CHECK(pool->available() == 3);
  auto first = pool->take();
  auto second = pool->take();
  auto third = pool->take();
  CHECK(first && second && third);
  CHECK(pool->available() == 0);
  CHECK(pool->take() == nullptr);
  auto* const data = second->data();
  second.reset();
  CHECK(pool->available() == 1);
  CHECK(pool->take()->data() == data);
}

TEST(pool_takes_back_what_is_out_when_it_was_closed) {
  auto pool = SlabPool::make(8'192, 2);
  auto slab = pool->take();
  auto* const data = slab->data();
  pool->close();
  CHECK(pool->take() == nullptr);
  CHECK(pool->available() == 0);
  data[0] = std::byte{1};
  CHECK(Slab::find(data, 1) != nullptr);
  pool.reset();
  data[0] = std::byte{2};
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
        const auto slab = pool->take();
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

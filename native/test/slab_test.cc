#include "../core/slab.h"

#include <cstdint>
#include <thread>
#include <vector>

#include "check.h"

using lto::Slab;

TEST(slab_is_page_aligned_and_zeroed) {
  const auto slab = Slab::allocate(3 * lto::pageSize() + 1);
  CHECK(reinterpret_cast<std::uintptr_t>(slab->data()) % lto::pageSize() == 0);
  for (std::size_t i = 0; i < slab->size(); i += 1) CHECK(slab->data()[i] == std::byte{0});
}

TEST(slab_is_found_by_any_range_that_lies_in_it) {
  const auto slab = Slab::allocate(10'000);
  CHECK(Slab::find(slab->data(), 10'000) == slab);
  CHECK(Slab::find(slab->data() + 9'999, 1) == slab);
  CHECK(Slab::find(slab->data() + 10'000, 1) == nullptr);
  CHECK(Slab::find(slab->data() + 1, 10'000) == nullptr);
  CHECK(Slab::find(slab->data() + 1, SIZE_MAX) == nullptr);
  int elsewhere = 0;
  CHECK(Slab::find(&elsewhere, sizeof elsewhere) == nullptr);
  CHECK(Slab::find(nullptr, 1) == nullptr);
}

TEST(slab_is_forgotten_when_its_last_share_goes) {
  auto slab = Slab::allocate(4096);
  auto* const data = slab->data();
  slab.reset();
  CHECK(Slab::find(data, 1) == nullptr);
}

TEST(slab_registry_serves_many_threads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; i += 1) {
    threads.emplace_back([] {
      for (int round = 0; round < 500; round += 1) {
        const auto slab = Slab::allocate(8192);
        CHECK(Slab::find(slab->data() + 4096, 4096) == slab);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

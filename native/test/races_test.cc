// Many threads at once: what ThreadSanitizer is run on.

#include <cerrno>
#include <thread>
#include <vector>

#include "fixture.h"

using namespace lto;
using namespace lto::test;

TEST(thirty_two_devices_work_side_by_side) {
  std::vector<std::unique_ptr<Fixture>> fixtures;
  for (int i = 0; i < 32; i += 1) {
    fixtures.push_back(std::make_unique<Fixture>("/dev/null"));
    fixtures.back()->submit(OpenCall{O_RDWR});
  }
  for (int round = 0; round < 100; round += 1) {
    for (auto& each : fixtures) each->submit(WriteCall{{memoryOf(8192)}, 4096}, 1);
  }
  for (auto& each : fixtures) {
    each->close();
    CHECK(each->sink->order().size() == 102);
  }
}

TEST(submit_cancel_and_close_may_come_from_any_thread) {
  for (int round = 0; round < 50; round += 1) {
    const auto sink = std::make_shared<CollectingSink>();
    const auto device = Device::start("/dev/null", sink);
    device->submit({.id = 1, .call = OpenCall{O_RDWR}});
    std::vector<std::thread> threads;
    for (std::uint64_t thread = 1; thread <= 4; thread += 1) {
      threads.emplace_back([&, thread] {
        for (std::uint64_t i = 0; i < 50; i += 1) {
          const std::uint64_t id = thread * 1000 + i;
          device->submit({.id = id, .token = id, .stream = thread, .call = WriteCall{{memoryOf(4096)}, 512}});
          if (i % 7 == 0) device->cancel(id - 1);
        }
      });
    }
    threads.emplace_back([&] { device->submit({.id = 2, .call = CloseCall{}}); });
    for (auto& thread : threads) thread.join();
    sink->waitFor<Done>(2);
    for (std::uint64_t thread = 1; thread <= 4; thread += 1) {
      for (std::uint64_t i = 0; i < 50; i += 1) sink->wait(thread * 1000 + i);
    }
  }
}

TEST(a_device_may_be_dropped_at_any_moment) {
  for (int round = 0; round < 300; round += 1) {
    Fixture fixture("/dev/zero");
    fixture.submit(OpenCall{O_RDWR});
    fixture.submit(ReadCall{memoryOf(65536), 512, 8}, 1);
    if (round % 3 == 0) fixture.sink->stopListening();
    fixture.device->abandon();
  }
}

TEST(an_idle_thread_is_woken_every_time) {
  Fixture fixture("/dev/null");
  fixture.open();
  for (int i = 0; i < 5000; i += 1) CHECK(isFailure(fixture.run(MtGetCall{}), ENOTTY));
  fixture.close();
}

TEST(an_idle_thread_is_woken_by_whoever_comes) {
  Fixture fixture("/dev/null");
  fixture.open();
  std::vector<std::thread> threads;
  for (std::uint64_t thread = 1; thread <= 4; thread += 1) {
    threads.emplace_back([&, thread] {
      for (std::uint64_t i = 0; i < 5000; i += 1) {
        const std::uint64_t id = thread * 10'000 + i;
        fixture.device->submit({.id = id, .call = MtGetCall{}});
        CHECK(isFailure(fixture.sink->wait(id), ENOTTY));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  fixture.close();
}

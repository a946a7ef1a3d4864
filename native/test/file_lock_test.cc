#include "../core/file_lock.h"

#include <fcntl.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <thread>
#include <vector>

#include "../core/unique_fd.h"
#include "check.h"
#include "fixture.h"

using namespace lto;

namespace {

UniqueFd openAt(const std::string& path) {
  return UniqueFd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
}

}  // namespace

TEST(file_lock_keeps_another_opening_out_until_it_is_closed) {
  const test::ScratchFolder folder;
  const auto path = folder.file("lock");
  auto first = openAt(path);
  const auto second = openAt(path);
  CHECK(lockFile(first.get(), LockMode::exclusive) == 0);
  CHECK(lockFile(second.get(), LockMode::exclusive) == EWOULDBLOCK);
  CHECK(lockFile(second.get(), LockMode::shared) == EWOULDBLOCK);
  CHECK(first.close() == 0);
  CHECK(lockFile(second.get(), LockMode::shared) == 0);
}

TEST(file_lock_that_is_shared_lets_others_share) {
  const test::ScratchFolder folder;
  const auto path = folder.file("lock");
  const auto first = openAt(path);
  const auto second = openAt(path);
  CHECK(lockFile(first.get(), LockMode::shared) == 0);
  CHECK(lockFile(second.get(), LockMode::shared) == 0);
  CHECK(lockFile(second.get(), LockMode::exclusive) == EWOULDBLOCK);
}

TEST(file_lock_says_what_is_wrong) {
  CHECK(lockFile(-1, LockMode::exclusive) == EBADF);
}

TEST(file_lock_has_one_owner_among_threads) {
  const test::ScratchFolder folder;
  const auto path = folder.file("lock");
  std::vector<UniqueFd> openings;
  for (int i = 0; i < 8; i += 1) openings.push_back(openAt(path));
  std::atomic<int> owners{0};
  std::vector<std::thread> threads;
  for (const auto& opening : openings) {
    threads.emplace_back([&] { owners += lockFile(opening.get(), LockMode::exclusive) == 0 ? 1 : 0; });
  }
  for (auto& thread : threads) thread.join();
  CHECK(owners == 1);
}

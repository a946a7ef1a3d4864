#include "slab.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <iterator>
#include <map>
#include <mutex>
#include <new>

namespace lto {
namespace {

struct Registry {
  std::mutex mutex;
  std::map<std::uintptr_t, std::weak_ptr<Slab>> byAddress;
};

/** Never destroyed: device threads may still run while the process leaves main(). */
Registry& registry() {
  static auto* const instance = new Registry;
  return *instance;
}

std::uintptr_t addressOf(const void* data) {
  return reinterpret_cast<std::uintptr_t>(data);
}

}  // namespace

std::size_t pageSize() {
  static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

std::shared_ptr<Slab> Slab::allocate(std::size_t size) {
  void* const data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) throw std::bad_alloc();
  std::shared_ptr<Slab> slab(new Slab(static_cast<std::byte*>(data), size));
  const std::scoped_lock lock(registry().mutex);
  registry().byAddress[addressOf(data)] = slab;
  return slab;
}

std::shared_ptr<Slab> Slab::find(const void* data, std::size_t size) {
  const std::scoped_lock lock(registry().mutex);
  auto next = registry().byAddress.upper_bound(addressOf(data));
  if (next == registry().byAddress.begin()) return nullptr;
  auto slab = std::prev(next)->second.lock();
  if (!slab) return nullptr;
  const std::size_t offset = addressOf(data) - addressOf(slab->data());
  return offset <= slab->size() && size <= slab->size() - offset ? slab : nullptr;
}

Slab::~Slab() {
  {
    const std::scoped_lock lock(registry().mutex);
    registry().byAddress.erase(addressOf(data_));
  }
  // Only now may the kernel give the address to somebody else.
  ::munmap(data_, size_);
}

}  // namespace lto

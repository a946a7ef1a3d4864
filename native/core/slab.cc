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

/** What transparent huge pages are made of on x86-64 and arm64. */
constexpr std::size_t hugePage = std::size_t{2} << 20;

std::byte* map(std::size_t size) {
  void* const data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) throw std::bad_alloc();
  return static_cast<std::byte*>(data);
}

std::size_t roundUp(std::uintptr_t value, std::size_t unit) {
  return (value + unit - 1) / unit * unit;
}

/** Maps more than is needed and gives back what lies before and behind the aligned part. */
std::byte* mapAligned(std::size_t size, std::size_t alignment) {
  std::byte* const begin = map(size + alignment);
  std::byte* const data = begin + (roundUp(addressOf(begin), alignment) - addressOf(begin));
  std::byte* const end = data + roundUp(size, pageSize());
  if (data != begin) ::munmap(begin, static_cast<std::size_t>(data - begin));
  const auto rest = static_cast<std::size_t>(begin + roundUp(size + alignment, pageSize()) - end);
  if (rest > 0) ::munmap(end, rest);
  return data;
}

/**
 * Has the pages made at once rather than one fault at a time, and huge ones where there are any: the kernel pins each
 * page of a record for direct I/O. Both are wishes: a kernel that knows neither gives pages as they are touched.
 */
void populate(std::byte* data, std::size_t size) {
  constexpr int populateWrite = 23;  // MADV_POPULATE_WRITE, Linux 5.14
  ::madvise(data, size, MADV_HUGEPAGE);
  ::madvise(data, size, populateWrite);
}

}  // namespace

std::size_t pageSize() {
  static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

std::size_t roundUpToPage(std::size_t offset) {
  return roundUp(offset, pageSize());
}

std::shared_ptr<Slab> Slab::allocate(std::size_t size) {
  const std::size_t mapped = size + margin;
  std::byte* const data = size >= hugePage ? mapAligned(mapped, hugePage) : map(mapped);
  populate(data, size);
  std::shared_ptr<Slab> slab(new Slab(data, size));
  const std::scoped_lock lock(registry().mutex);
  registry().byAddress[addressOf(data)] = slab;
  return slab;
}

std::shared_ptr<Slab> Slab::find(const void* data, std::size_t size) {
  std::shared_ptr<Slab> slab;  // goes after the lock: its destructor takes that too
  {
    const std::scoped_lock lock(registry().mutex);
    auto next = registry().byAddress.upper_bound(addressOf(data));
    if (next == registry().byAddress.begin()) return nullptr;
    slab = std::prev(next)->second.lock();
  }
  if (!slab) return nullptr;
  const std::size_t offset = addressOf(data) - addressOf(slab->data());
  return offset <= slab->size() && size <= slab->size() - offset ? slab : nullptr;
}

std::shared_ptr<Slab> Slab::at(std::uintptr_t address) {
  const std::scoped_lock lock(registry().mutex);
  const auto found = registry().byAddress.find(address);
  return found == registry().byAddress.end() ? nullptr : found->second.lock();
}

Slab::~Slab() {
  {
    const std::scoped_lock lock(registry().mutex);
    registry().byAddress.erase(addressOf(data_));
  }
  // Only now may the kernel give the address to somebody else.
  ::munmap(data_, size_ + margin);
}

}  // namespace lto

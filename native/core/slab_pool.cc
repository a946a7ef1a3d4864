#include "slab_pool.h"

#include <utility>

namespace lto {

std::shared_ptr<SlabPool> SlabPool::make(std::size_t slabSize, std::size_t count) {
  std::shared_ptr<SlabPool> pool(new SlabPool(slabSize, count));
  pool->idle_.reserve(count);
  return pool;
}

std::shared_ptr<Slab> SlabPool::take() {
  auto slab = takeIdle();
  if (!slab) return nullptr;
  auto* const memory = slab.get();
  return {memory, [pool = shared_from_this(), slab = std::move(slab)](Slab* /*same*/) mutable {
            pool->giveBack(std::move(slab));
          }};
}

std::shared_ptr<Slab> SlabPool::takeIdle() {
  const std::scoped_lock lock(mutex_);
  if (closed_) return nullptr;
  if (!idle_.empty()) {
    auto slab = std::move(idle_.back());
    idle_.pop_back();
    return slab;
  }
  if (unmapped_ == 0) return nullptr;
  auto slab = Slab::allocate(slabSize_);
  unmapped_ -= 1;
  return slab;
}

void SlabPool::giveBack(std::shared_ptr<Slab> slab) {
  const std::scoped_lock lock(mutex_);
  if (!closed_) idle_.push_back(std::move(slab));
}

std::size_t SlabPool::available() const {
  const std::scoped_lock lock(mutex_);
  return closed_ ? 0 : idle_.size() + unmapped_;
}

void SlabPool::close() {
  std::vector<std::shared_ptr<Slab>> idle;  // unmapped after the lock
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  idle.swap(idle_);
}

}  // namespace lto

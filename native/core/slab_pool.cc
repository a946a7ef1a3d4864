#include "slab_pool.h"

#include <utility>

namespace lto {

std::shared_ptr<SlabPool> SlabPool::make(std::size_t slabSize, std::size_t kept) {
  return std::shared_ptr<SlabPool>(new SlabPool(slabSize, kept));
}

std::shared_ptr<Slab> SlabPool::take() {
  auto [slab, shared] = takeIdle();
  if (shared) return slab;
  auto* const memory = slab.get();
  return {memory, [pool = shared_from_this(), slab = std::move(slab)](Slab* /*same*/) mutable {
            pool->giveBack(std::move(slab));
          }};
}

SlabPool::Idle SlabPool::takeIdle() {
  {
    const std::scoped_lock lock(mutex_);
    if (!idle_.empty()) {
      auto idle = std::move(idle_.back());
      idle_.pop_back();
      return idle;
    }
  }
  // Mapping takes its time, and does not need the lock.
  auto slab = Slab::allocate(slabSize_);
  const std::scoped_lock lock(mutex_);
  mapped_.insert(slab.get());
  return {std::move(slab)};
}

bool SlabPool::takeBack(const std::shared_ptr<Slab>& slab) {
  const std::scoped_lock lock(mutex_);
  if (closed_ || !mapped_.contains(slab.get())) return false;
  idle_.push_back({.slab = slab, .shared = true});
  return true;
}

void SlabPool::giveBack(std::shared_ptr<Slab> slab) {
  const std::scoped_lock lock(mutex_);
  if (!closed_ && mapped_.size() <= kept_) {
    idle_.push_back({std::move(slab)});
  } else {
    mapped_.erase(slab.get());
  }
}

std::size_t SlabPool::idle() const {
  const std::scoped_lock lock(mutex_);
  return idle_.size();
}

bool SlabPool::isClosed() const {
  const std::scoped_lock lock(mutex_);
  return closed_;
}

void SlabPool::close() {
  std::vector<Idle> idle;  // goes after the lock
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  idle_.swap(idle);
}

}  // namespace lto

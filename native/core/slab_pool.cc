#include "slab_pool.h"

#include <algorithm>
#include <utility>

namespace lto {

std::shared_ptr<SlabPool> SlabPool::make(std::size_t slabSize, std::size_t count) {
  std::shared_ptr<SlabPool> pool(new SlabPool(slabSize, count));
  pool->idle_.reserve(count);
  pool->mapped_.reserve(count);
  return pool;
}

SlabReservation SlabPool::reserve() {
  const std::scoped_lock lock(mutex_);
  if (closed_ || reserved_ == idle_.size() + count_ - mapped_.size()) return {};
  reserved_ += 1;
  return SlabReservation(shared_from_this());
}

std::shared_ptr<Slab> SlabPool::takeReserved() {
  auto [slab, shared] = takeIdle();
  if (shared) return slab;
  auto* const memory = slab.get();
  return {memory, [pool = shared_from_this(), slab = std::move(slab)](Slab* /*same*/) mutable {
            pool->giveBack(std::move(slab));
          }};
}

SlabPool::Idle SlabPool::takeIdle() {
  const std::scoped_lock lock(mutex_);
  reserved_ -= 1;
  if (!idle_.empty()) {
    auto idle = std::move(idle_.back());
    idle_.pop_back();
    return idle;
  }
  auto slab = Slab::allocate(slabSize_);
  mapped_.push_back(slab.get());
  return {std::move(slab)};
}

void SlabPool::cancelReservation() {
  const std::scoped_lock lock(mutex_);
  reserved_ -= 1;
}

bool SlabPool::takeBack(const std::shared_ptr<Slab>& slab) {
  const std::scoped_lock lock(mutex_);
  if (closed_ || std::find(mapped_.begin(), mapped_.end(), slab.get()) == mapped_.end()) return false;
  idle_.push_back({.slab = slab, .shared = true});
  return true;
}

void SlabPool::giveBack(std::shared_ptr<Slab> slab) {
  const std::scoped_lock lock(mutex_);
  if (!closed_) idle_.push_back({std::move(slab)});
}

std::size_t SlabPool::available() const {
  const std::scoped_lock lock(mutex_);
  return closed_ ? 0 : idle_.size() + count_ - mapped_.size() - reserved_;
}

std::vector<std::shared_ptr<Slab>> SlabPool::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  std::vector<std::shared_ptr<Slab>> slabs;
  slabs.reserve(idle_.size());
  for (auto& idle : std::exchange(idle_, {})) slabs.push_back(std::move(idle.slab));
  return slabs;
}

SlabReservation::~SlabReservation() {
  if (pool_) pool_->cancelReservation();
}

std::shared_ptr<Slab> SlabReservation::take() {
  return std::exchange(pool_, nullptr)->takeReserved();
}

}  // namespace lto

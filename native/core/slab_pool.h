#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "slab.h"

namespace lto {

class SlabReservation;

/**
 * A bounded number of slabs of one size that go out and come back. Memory that was used before costs no page faults,
 * and it is not zeroed again: a pool serves one stream, whose own data is all that can be left in it.
 */
class SlabPool : public std::enable_shared_from_this<SlabPool> {
 public:
  static std::shared_ptr<SlabPool> make(std::size_t slabSize, std::size_t count);

  /** Promises a slab to a call that has not begun; an empty reservation when all are out or promised. */
  [[nodiscard]] SlabReservation reserve();

  /** How many could be reserved. */
  [[nodiscard]] std::size_t available() const;
  [[nodiscard]] std::size_t slabSize() const { return slabSize_; }

  /** Takes a slab back before its last share has gone; false for one that is not of this pool, or if that is closed. */
  [[nodiscard]] bool takeBack(const std::shared_ptr<Slab>& slab);

  /** Gives back to the system what is not out, once the caller has let go of it, and the rest as it comes back. */
  std::vector<std::shared_ptr<Slab>> close();

 private:
  friend class SlabReservation;

  /** `shared`: somebody still holds the share that will come back by itself one day. */
  struct Idle {
    std::shared_ptr<Slab> slab;
    bool shared = false;
  };

  SlabPool(std::size_t slabSize, std::size_t count) : slabSize_(slabSize), count_(count) {}

  /** Maps memory only where no slab has come back. Throws std::bad_alloc. */
  std::shared_ptr<Slab> takeReserved();
  void cancelReservation();
  Idle takeIdle();
  void giveBack(std::shared_ptr<Slab> slab);

  const std::size_t slabSize_;
  const std::size_t count_;
  mutable std::mutex mutex_;
  /** The one that came back last is taken first: it may still be in the processor's cache. */
  std::vector<Idle> idle_;
  std::vector<const Slab*> mapped_;
  std::size_t reserved_ = 0;
  bool closed_ = false;
};

/** A slab that is promised to a call. Which one it is shows when the call begins: the one that came back last by then.
 */
class SlabReservation {
 public:
  SlabReservation() = default;
  SlabReservation(SlabReservation&&) = default;
  SlabReservation& operator=(SlabReservation&&) = default;
  SlabReservation(const SlabReservation&) = delete;
  SlabReservation& operator=(const SlabReservation&) = delete;
  ~SlabReservation();

  explicit operator bool() const { return pool_ != nullptr; }
  [[nodiscard]] std::size_t slabSize() const { return pool_->slabSize(); }

  /** Once. The slab goes back with its last share. Throws std::bad_alloc. */
  [[nodiscard]] std::shared_ptr<Slab> take();

 private:
  friend class SlabPool;
  explicit SlabReservation(std::shared_ptr<SlabPool> pool) : pool_(std::move(pool)) {}

  std::shared_ptr<SlabPool> pool_;
};

}  // namespace lto

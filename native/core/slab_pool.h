#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "slab.h"

namespace lto {

/**
 * A bounded number of slabs of one size that go out and come back. Memory that was used before costs no page faults,
 * and it is not zeroed again: a pool serves one stream, whose own data is all that can be left in it.
 */
class SlabPool : public std::enable_shared_from_this<SlabPool> {
 public:
  static std::shared_ptr<SlabPool> make(std::size_t slabSize, std::size_t count);

  /** Maps memory only where no slab has come back; null when all are out. Throws std::bad_alloc. */
  [[nodiscard]] std::shared_ptr<Slab> take();

  /** How many could be taken. */
  [[nodiscard]] std::size_t available() const;
  [[nodiscard]] std::size_t slabSize() const { return slabSize_; }

  /** Gives back to the system what is not out, and the rest as it comes back. */
  void close();

 private:
  SlabPool(std::size_t slabSize, std::size_t count) : slabSize_(slabSize), unmapped_(count) {}

  std::shared_ptr<Slab> takeIdle();
  void giveBack(std::shared_ptr<Slab> slab);

  const std::size_t slabSize_;
  mutable std::mutex mutex_;
  /** The one that came back last is taken first: it may still be in the processor's cache. */
  std::vector<std::shared_ptr<Slab>> idle_;
  std::size_t unmapped_;
  bool closed_ = false;
};

}  // namespace lto

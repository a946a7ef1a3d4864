#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "slab.h"

namespace lto {

/**
 * Slabs of one size that go out and come back. Memory that was used before costs no page faults, and it is not zeroed
 * again: a pool serves one stream, whose own data is all that can be left in it. More slabs may be out than the pool
 * keeps: those that come back then are unmapped.
 */
class SlabPool : public std::enable_shared_from_this<SlabPool> {
 public:
  static std::shared_ptr<SlabPool> make(std::size_t slabSize, std::size_t kept);

  /** The slab that came back last, or a new one. It comes back with its last share. Throws std::bad_alloc. */
  [[nodiscard]] std::shared_ptr<Slab> take();

  [[nodiscard]] std::size_t slabSize() const { return slabSize_; }
  /** How many slabs wait to be taken again. */
  [[nodiscard]] std::size_t idle() const;
  [[nodiscard]] bool isClosed() const;

  /** Takes a slab back before its last share has gone; false for one that is not of this pool, or if that is closed. */
  [[nodiscard]] bool takeBack(const std::shared_ptr<Slab>& slab);

  /** Gives back to the system what is not out, and the rest as it comes back. */
  void close();

 private:
  /** `shared`: somebody still holds the share that will come back by itself one day. */
  struct Idle {
    std::shared_ptr<Slab> slab;
    bool shared = false;
  };

  SlabPool(std::size_t slabSize, std::size_t kept) : slabSize_(slabSize), kept_(kept) {}

  Idle takeIdle();
  void giveBack(std::shared_ptr<Slab> slab);

  const std::size_t slabSize_;
  const std::size_t kept_;
  mutable std::mutex mutex_;
  /** The one that came back last is taken first: it may still be in the processor's cache. */
  std::vector<Idle> idle_;
  std::unordered_set<const Slab*> mapped_;
  bool closed_ = false;
};

}  // namespace lto

#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "slab_view.h"

namespace lto {

/**
 * What JavaScript has of a pool. A slab that was read into waits here, and gets its view when it is asked for: the
 * shorter a view lives, the sooner garbage collection finds it. The views of slabs that were given back wait here too:
 * memory has no more than one ArrayBuffer at a time, so each goes out again with its slab. Lives on the JavaScript
 * thread.
 */
class ViewCache {
 public:
  /** Keeps a slab with so many bytes in it; returns what to ask for it by. */
  [[nodiscard]] std::uint32_t add(const std::shared_ptr<Slab>& slab, std::size_t filled);
  /** The view of a slab that was added; empty for any other number. */
  [[nodiscard]] Napi::ArrayBuffer take(Napi::Env env, std::uint32_t number);

  /** Whether the slab has come back, or was not taken. */
  [[nodiscard]] bool has(const Slab* slab) const { return views_.contains(slab); }
  void keep(const Slab* slab, Napi::ArrayBuffer view);

  /** How many views are neither kept nor collected as garbage. */
  [[nodiscard]] std::size_t lent() const { return *lent_; }

  void clear();

 private:
  struct Filled {
    std::shared_ptr<Slab> slab;
    std::size_t bytes = 0;
  };

  std::unordered_map<std::uint32_t, Filled> filled_;
  std::uint32_t lastNumber_ = 0;
  std::unordered_map<const Slab*, Napi::Reference<Napi::ArrayBuffer>> views_;
  std::shared_ptr<std::size_t> lent_ = std::make_shared<std::size_t>(0);
};

}  // namespace lto

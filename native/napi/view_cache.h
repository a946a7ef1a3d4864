#pragma once

#include <napi.h>

#include <memory>
#include <unordered_map>
#include <vector>

#include "slab_view.h"

namespace lto {

/**
 * The views of slabs that came back to their pool before garbage collection. Memory has no more than one ArrayBuffer at
 * a time, so each goes out again with its slab. Lives on the JavaScript thread.
 */
class ViewCache {
 public:
  [[nodiscard]] bool has(const Slab* slab) const { return views_.contains(slab); }
  void keep(const Slab* slab, Napi::ArrayBuffer view) { views_.emplace(slab, Napi::Persistent(view)); }
  /** The view of a slab that goes out: the one that is kept, or a new one. */
  [[nodiscard]] Napi::ArrayBuffer take(Napi::Env env, const std::shared_ptr<Slab>& slab);
  /** Of a pool that is closed; `idle` are the slabs that it had. */
  void close(Napi::Env env, const std::vector<std::shared_ptr<Slab>>& idle);

 private:
  std::unordered_map<const Slab*, Napi::Reference<Napi::ArrayBuffer>> views_;
  std::shared_ptr<CountedSlabs> counted_ = std::make_shared<CountedSlabs>();
};

}  // namespace lto

#pragma once

#include <napi.h>

#include <unordered_map>

#include "../core/slab.h"

namespace lto {

/**
 * The views of slabs that came back to their pool before garbage collection. Memory has no more than one ArrayBuffer at
 * a time, so each goes out again with its slab. Lives on the JavaScript thread.
 */
class ViewCache {
 public:
  [[nodiscard]] bool has(const Slab* slab) const { return views_.contains(slab); }
  void keep(const Slab* slab, Napi::ArrayBuffer view) { views_.emplace(slab, Napi::Persistent(view)); }
  /** The view of that slab, which is not kept any longer; empty where none was. */
  [[nodiscard]] Napi::ArrayBuffer take(const Slab* slab);

 private:
  std::unordered_map<const Slab*, Napi::Reference<Napi::ArrayBuffer>> views_;
};

}  // namespace lto

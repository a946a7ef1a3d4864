#include "view_cache.h"

namespace lto {

Napi::ArrayBuffer ViewCache::take(Napi::Env env, const std::shared_ptr<Slab>& slab) {
  const auto found = views_.extract(slab.get());
  return found.empty() ? viewOf(env, slab, counted_) : found.mapped().Value();
}

void ViewCache::close(Napi::Env env, const std::vector<std::shared_ptr<Slab>>& idle) {
  counted_->isPoolOpen = false;
  for (const auto& slab : idle) {
    // V8 takes the size off where there is a view, once that is collected.
    if (views_.erase(slab.get()) == 0) discount(env, slab, *counted_);
  }
}

}  // namespace lto

#include "view_cache.h"

#include <cstring>

namespace lto {

std::uint32_t ViewCache::add(const std::shared_ptr<Slab>& slab, std::size_t filled) {
  lastNumber_ += 1;
  filled_.insert_or_assign(lastNumber_, Filled{slab, filled});
  return lastNumber_;
}

Napi::ArrayBuffer ViewCache::take(Napi::Env env, std::uint32_t number) {
  const auto node = filled_.extract(number);
  if (node.empty()) return {};
  const auto& [slab, bytes] = node.mapped();
  const auto kept = views_.extract(slab.get());
  auto view = kept.empty() ? viewOf(env, slab, lent_) : kept.mapped().Value();
  *lent_ += 1;
  // A copy, or nothing where it was detached.
  if (view.Data() != slab->data() && bytes <= view.ByteLength()) std::memcpy(view.Data(), slab->data(), bytes);
  return view;
}

void ViewCache::keep(const Slab* slab, Napi::ArrayBuffer view) {
  *lent_ -= 1;
  views_.emplace(slab, Napi::Persistent(view));
}

void ViewCache::clear() {
  filled_.clear();
  views_.clear();
}

}  // namespace lto

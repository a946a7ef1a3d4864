#include "view_cache.h"

namespace lto {

Napi::ArrayBuffer ViewCache::take(const Slab* slab) {
  const auto found = views_.extract(slab);
  return found.empty() ? Napi::ArrayBuffer() : found.mapped().Value();
}

}  // namespace lto

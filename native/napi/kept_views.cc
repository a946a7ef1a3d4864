#include "kept_views.h"

namespace lto {

Napi::ArrayBuffer KeptViews::take(const Slab* slab) {
  const auto found = views_.extract(slab);
  return found.empty() ? Napi::ArrayBuffer() : found.mapped().Value();
}

}  // namespace lto

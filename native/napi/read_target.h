#pragma once

#include <napi.h>

#include <memory>

#include "view_cache.h"

namespace lto {

/** Where JavaScript gets what a call reads. */
struct ReadTarget {
  /** The views of the pool that is read into. */
  std::shared_ptr<ViewCache> views = nullptr;
  /** The memory that was given, where it is a copy of a slab's. */
  Napi::Reference<Napi::Uint8Array> copy = {};
};

}  // namespace lto

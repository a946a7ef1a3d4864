#pragma once

#include <napi.h>

#include <memory>

#include "../core/outcome.h"
#include "view_cache.h"

namespace lto {

/** A view of JavaScript's on the slab, which holds a share of it until the view is collected as garbage. */
Napi::ArrayBuffer viewOf(Napi::Env env, const std::shared_ptr<Slab>& slab);

/** The object of binding.d.ts for an outcome that is not a failure; `views` are those of the pool that it read into. */
Napi::Value toJavaScript(Napi::Env env, const Outcome& outcome, ViewCache* views);

/** Makes `error` the FailedCall of binding.d.ts. */
Napi::Object describeFailure(Napi::Object error, const Failure& failure);

}  // namespace lto

#pragma once

#include <napi.h>

#include "../core/outcome.h"

namespace lto {

/** The object of binding.d.ts for an outcome that is not a failure. */
Napi::Value toJavaScript(Napi::Env env, const Outcome& outcome);

/** Makes `error` the SystemError of binding.d.ts. */
Napi::Object describeFailure(Napi::Object error, const Failure& failure);

}  // namespace lto

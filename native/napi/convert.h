#pragma once

#include <napi.h>

#include "../core/outcome.h"
#include "read_target.h"

namespace lto {

/** The object of binding.d.ts for an outcome that is not a failure; `target` gets what was read. */
Napi::Value toJavaScript(Napi::Env env, const Outcome& outcome, const ReadTarget& target);

/** Makes `error` the FailedCall of binding.d.ts. */
Napi::Object describeFailure(Napi::Object error, const Failure& failure);

}  // namespace lto

#pragma once

#include <napi.h>

namespace lto {

/** The function lockFile of binding.d.ts. */
Napi::Function defineLockFile(Napi::Env env);

}  // namespace lto

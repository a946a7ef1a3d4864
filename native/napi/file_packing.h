#pragma once

#include <napi.h>

namespace lto {

/** The functions packFiles and namesIn of binding.d.ts. */
void defineFilePacking(Napi::Env env, Napi::Object exports);

}  // namespace lto

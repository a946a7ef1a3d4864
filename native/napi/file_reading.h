#pragma once

#include <napi.h>

namespace lto {

/** The functions inspectFile, readSmallFile, readAttributes and dataExtents of binding.d.ts. */
void defineFileReading(Napi::Env env, Napi::Object exports);

}  // namespace lto

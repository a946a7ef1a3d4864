#pragma once

#include <napi.h>

#include <cstddef>

namespace lto {

/**
 * Has V8 collect its youngest objects, where ArrayBuffers of `bytes` or more were made since it last did. It does so by
 * itself once they hold 32 MiB: so much memory would go round, more than a processor's cache holds.
 */
void collectYoungest(Napi::Env env, std::size_t bytes);

}  // namespace lto

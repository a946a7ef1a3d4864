#include "collection.h"

#include <sys/mman.h>

#include <cstddef>

namespace lto {
namespace {

/** V8 collects before it makes an ArrayBuffer when young ones hold so much: twice its largest semi-space. */
constexpr std::size_t youngLimit = std::size_t{32} << 20;
/** The smallest ArrayBuffer whose memory is outside V8's heap. */
constexpr std::size_t smallestExternal = 128;

#ifndef NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED
/** Addresses behind which there is no memory. */
void* addresses() {
  static void* const data = ::mmap(nullptr, youngLimit, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return data;
}
#endif

}  // namespace

void collectYoungest(Napi::Env env, std::size_t bytes) {
  const Napi::HandleScope scope(env);
#ifndef NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED
  const std::size_t missing = bytes < youngLimit ? youngLimit - bytes : 0;
  napi_value filler = nullptr;
  const bool fills = missing > 0 && addresses() != MAP_FAILED &&
                     napi_create_external_arraybuffer(env, addresses(), missing, nullptr, nullptr, &filler) == napi_ok;
#endif
  Napi::ArrayBuffer::New(env, smallestExternal);
#ifndef NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED
  // V8 counts the filler as memory meanwhile. Taking that back by napi_adjust_external_memory ends the process in Node
  // 24, when a worker is terminated: V8 checks there that its count never falls below nothing.
  if (fills) napi_detach_arraybuffer(env, filler);
#else
  static_cast<void>(bytes);
#endif
}

}  // namespace lto

#include "collection.h"

#include <sys/mman.h>

#include <cstdint>

namespace lto {
namespace {

/** V8 collects before it makes an ArrayBuffer when young ones hold so much: twice its largest semi-space. */
constexpr std::size_t youngLimit = std::size_t{32} << 20;
/** The smallest ArrayBuffer whose memory is outside V8's heap. */
constexpr std::size_t smallestExternal = 128;

#ifndef NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED
void adjust(napi_env env, std::size_t size, bool up) {
  const auto change = static_cast<std::int64_t>(size);
  std::int64_t total = 0;
  napi_adjust_external_memory(env, up ? change : -change, &total);
}

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
  // It is no memory, and must not count as such when V8 looks whether to mark its whole heap. V8's count never falls
  // below what it was before: the least since the last time is what V8 measures growth from.
  if (fills) adjust(env, missing, false);
#endif
  Napi::ArrayBuffer::New(env, smallestExternal);
#ifndef NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED
  if (!fills) return;
  adjust(env, missing, true);
  napi_detach_arraybuffer(env, filler);
#else
  static_cast<void>(bytes);
#endif
}

}  // namespace lto

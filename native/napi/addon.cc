#include <napi.h>

#include <new>

#include "../core/slab.h"
#include "arguments.h"
#include "checksum_object.h"
#include "device_object.h"
#include "extraction_root_object.h"
#include "file_lock.h"
#include "file_packing.h"
#include "file_reading.h"
#include "pending_calls.h"
#include "slab_pool_object.h"
#include "slab_view.h"

namespace lto {
namespace {

/** A slab is populated when it is mapped: one of most of the machine's memory would have the kernel end the process. */
constexpr std::int64_t maxSlab = std::int64_t{1} << 30;

Napi::Value allocateSlab(const Napi::CallbackInfo& info) {
  const std::size_t size = static_cast<std::size_t>(Arguments(info).integer(0, "byteLength", 1, maxSlab));
  try {
    return viewOf(info.Env(), Slab::allocate(size));
  } catch (const std::bad_alloc&) {
    throw Napi::RangeError::New(info.Env(), "byteLength is more than can be allocated");
  }
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  PendingCalls::install(env);
  exports["Crc32"] = ChecksumObject::define(env);
  exports["Device"] = DeviceObject::define(env);
  exports["ExtractionRoot"] = ExtractionRootObject::define(env);
  exports["SlabPool"] = SlabPoolObject::define(env);
  exports["allocateSlab"] = Napi::Function::New(env, allocateSlab, "allocateSlab");
  exports["lockFile"] = defineLockFile(env);
  defineFilePacking(env, exports);
  defineFileReading(env, exports);
  return exports;
}

}  // namespace
}  // namespace lto

namespace {

Napi::Object initAddon(Napi::Env env, Napi::Object exports) {
  return lto::init(env, exports);
}

}  // namespace

NODE_API_MODULE(node_lto, initAddon)

#include <napi.h>

#include <cstdint>
#include <new>

#include "../core/slab.h"
#include "arguments.h"
#include "checksum_object.h"
#include "device_object.h"
#include "extraction_root_object.h"
#include "file_lock.h"
#include "file_packer_object.h"
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

/** Addresses of user memory are far below what a double has exactly. */
constexpr std::int64_t maxAddress = (std::int64_t{1} << 53) - 1;

Napi::Value addressOfSlab(const Napi::CallbackInfo& info) {
  auto view = Arguments(info).bytes(0, "view").ArrayBuffer();
  const auto slab = slabOf(view);
  const auto address = slab && slab->data() == view.Data() ? reinterpret_cast<std::uintptr_t>(view.Data()) : 0;
  return Napi::Number::New(info.Env(), static_cast<double>(address));
}

Napi::Value slabAt(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto address = static_cast<std::uintptr_t>(arguments.integer(0, "address", 1, maxAddress));
  const auto slab = Slab::at(address);
  if (!slab) arguments.throwRange("there is no slab at this address");
  return viewOf(info.Env(), slab);
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  PendingCalls::install(env);
  exports["Crc32"] = ChecksumObject::define(env);
  exports["Device"] = DeviceObject::define(env);
  exports["ExtractionRoot"] = ExtractionRootObject::define(env);
  exports["FilePacker"] = FilePackerObject::define(env);
  exports["SlabPool"] = SlabPoolObject::define(env);
  exports["allocateSlab"] = Napi::Function::New(env, allocateSlab, "allocateSlab");
  exports["addressOfSlab"] = Napi::Function::New(env, addressOfSlab, "addressOfSlab");
  exports["slabAt"] = Napi::Function::New(env, slabAt, "slabAt");
  exports["lockFile"] = defineLockFile(env);
  defineNamesIn(env, exports);
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

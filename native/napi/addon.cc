#include <napi.h>

#include <memory>
#include <new>

#include "../core/slab.h"
#include "arguments.h"
#include "device_object.h"
#include "pending_calls.h"

namespace lto {
namespace {

/** More than any machine's memory would be refused by mmap(2) in any case. */
constexpr std::int64_t maxSlab = std::int64_t{1} << 40;

Napi::Value allocateSlab(const Napi::CallbackInfo& info) {
  const auto size = static_cast<std::size_t>(Arguments(info).integer(0, "byteLength", 1, maxSlab));
  try {
    auto slab = std::make_unique<std::shared_ptr<Slab>>(Slab::allocate(size));
    auto release = [](Napi::Env /*env*/, void* /*data*/, std::shared_ptr<Slab>* share) { delete share; };
    auto buffer = Napi::ArrayBuffer::New(info.Env(), (*slab)->data(), size, release, slab.get());
    slab.release();
    return buffer;
  } catch (const std::bad_alloc&) {
    throw Napi::RangeError::New(info.Env(), "byteLength is more than can be allocated");
  }
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  PendingCalls::install(env);
  exports["Device"] = DeviceObject::define(env);
  exports["allocateSlab"] = Napi::Function::New(env, allocateSlab, "allocateSlab");
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

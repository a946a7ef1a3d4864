#include "slab_pool_object.h"

#include "arguments.h"

namespace lto {
namespace {

constexpr napi_type_tag typeTag = {0x6c746f2d706f6f6c, 0x41d2c68e7f0b4a95};
constexpr std::int64_t maxCount = 65'536;

}  // namespace

Napi::Function SlabPoolObject::define(Napi::Env env) {
  return DefineClass(env, "SlabPool",
                     {
                         InstanceAccessor<&SlabPoolObject::available>("available"),
                         InstanceMethod<&SlabPoolObject::close>("close"),
                     });
}

SlabPoolObject::SlabPoolObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<SlabPoolObject>(info) {
  const Arguments arguments(info);
  const std::size_t slabSize = arguments.slabSize(0, "slabBytes");
  pool_ = SlabPool::make(slabSize, static_cast<std::size_t>(arguments.integer(1, "count", 1, maxCount)));
  info.This().As<Napi::Object>().TypeTag(&typeTag);
}

SlabPoolObject::~SlabPoolObject() {
  if (pool_) pool_->close();
}

std::shared_ptr<SlabPool> SlabPoolObject::unwrap(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&typeTag)) return nullptr;
  return Unwrap(value.As<Napi::Object>())->pool_;
}

Napi::Value SlabPoolObject::available(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(pool_->available()));
}

void SlabPoolObject::close(const Napi::CallbackInfo& /*info*/) {
  pool_->close();
}

}  // namespace lto

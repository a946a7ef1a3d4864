#include "checksum_object.h"

#include "arguments.h"

namespace lto {
Napi::Function ChecksumObject::define(Napi::Env env) {
  return DefineClass(env, className,
                     {
                         InstanceMethod<&ChecksumObject::update>("update"),
                         InstanceAccessor<&ChecksumObject::value>("value"),
                     });
}

void ChecksumObject::update(const Napi::CallbackInfo& info) {
  const auto data = Arguments(info).bytes(0, "data");
  checksum_->update(reinterpret_cast<const std::byte*>(data.Data()), data.ByteLength());
}

Napi::Value ChecksumObject::value(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), checksum_->value());
}

}  // namespace lto

#include "checksum_object.h"

#include <string>

#include "arguments.h"

namespace lto {
namespace {

constexpr napi_type_tag typeTag = {0x6c746f2d63726333, 0x9b1f0d5a4e7742c1};

}  // namespace

Napi::Function ChecksumObject::define(Napi::Env env) {
  return DefineClass(env, "Crc32",
                     {
                         InstanceMethod<&ChecksumObject::update>("update"),
                         InstanceAccessor<&ChecksumObject::value>("value"),
                     });
}

ChecksumObject::ChecksumObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ChecksumObject>(info) {
  info.This().As<Napi::Object>().TypeTag(&typeTag);
}

std::shared_ptr<Checksum> ChecksumObject::unwrap(const Napi::Value& value, const char* name) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&typeTag)) {
    throw Napi::TypeError::New(value.Env(), std::string(name) + " must be a Crc32");
  }
  return Unwrap(value.As<Napi::Object>())->checksum_;
}

void ChecksumObject::update(const Napi::CallbackInfo& info) {
  const auto data = Arguments(info).bytes(0, "data");
  checksum_->update(reinterpret_cast<const std::byte*>(data.Data()), data.ByteLength());
}

Napi::Value ChecksumObject::value(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), checksum_->value());
}

}  // namespace lto

#include "checksum_object.h"

#include <string>

#include "arguments.h"

namespace lto {
namespace {

ChecksumAlgorithm algorithm(const Arguments& arguments, const Napi::Value& given) {
  if (given.IsUndefined()) return ChecksumAlgorithm::crc32;
  const std::string name = arguments.string(0, "algorithm");
  if (name == "crc32") return ChecksumAlgorithm::crc32;
  if (name == "crc32c") return ChecksumAlgorithm::crc32c;
  arguments.throwRange("algorithm must be crc32 or crc32c");
}

}  // namespace

ChecksumObject::ChecksumObject(const Napi::CallbackInfo& info)
    : TaggedObject(info), checksum_(std::make_shared<Checksum>(algorithm(Arguments(info), info[0]))) {}

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

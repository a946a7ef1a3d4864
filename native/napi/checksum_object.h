#pragma once

#include <napi.h>

#include <memory>

#include "../core/crc32.h"

namespace lto {

/** The class Crc32 of binding.d.ts. */
class ChecksumObject : public Napi::ObjectWrap<ChecksumObject> {
 public:
  static Napi::Function define(Napi::Env env);
  /** What `value`, an instance of the class, follows; throws a TypeError that names the argument for anything else. */
  static std::shared_ptr<Checksum> unwrap(const Napi::Value& value, const char* name);

  explicit ChecksumObject(const Napi::CallbackInfo& info);

 private:
  void update(const Napi::CallbackInfo& info);
  Napi::Value value(const Napi::CallbackInfo& info);

  std::shared_ptr<Checksum> checksum_ = std::make_shared<Checksum>();
};

}  // namespace lto

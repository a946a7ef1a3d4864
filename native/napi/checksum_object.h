#pragma once

#include <napi.h>

#include <memory>

#include "../core/checksum.h"
#include "tagged_object.h"

namespace lto {

/** The class Crc32 of binding.d.ts. */
class ChecksumObject : public TaggedObject<ChecksumObject> {
 public:
  static constexpr const char* className = "Crc32";
  static constexpr napi_type_tag typeTag = {0x6c746f2d63726333, 0x9b1f0d5a4e7742c1};

  static Napi::Function define(Napi::Env env);

  explicit ChecksumObject(const Napi::CallbackInfo& info);

  [[nodiscard]] const std::shared_ptr<Checksum>& checksum() const { return checksum_; }

 private:
  void update(const Napi::CallbackInfo& info);
  Napi::Value value(const Napi::CallbackInfo& info);

  std::shared_ptr<Checksum> checksum_;
};

}  // namespace lto

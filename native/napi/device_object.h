#pragma once

#include <napi.h>

#include <memory>

#include "../core/device.h"
#include "read_target.h"
#include "tagged_object.h"

namespace lto {

/** The class Device of binding.d.ts. */
class DeviceObject : public TaggedObject<DeviceObject> {
 public:
  static constexpr const char* className = "Device";
  static constexpr napi_type_tag typeTag = {0x6c746f2d64657669, 0xc35a71e82b904d6f};

  static Napi::Function define(Napi::Env env);

  explicit DeviceObject(const Napi::CallbackInfo& info);
  /** Closes a device that was forgotten; its thread does the waiting. */
  ~DeviceObject() override;

 private:
  Napi::Value open(const Napi::CallbackInfo& info);
  Napi::Value scsi(const Napi::CallbackInfo& info);
  Napi::Value setLastCommand(const Napi::CallbackInfo& info);
  Napi::Value clearLastCommand(const Napi::CallbackInfo& info);
  Napi::Value mtOp(const Napi::CallbackInfo& info);
  Napi::Value mtGet(const Napi::CallbackInfo& info);
  Napi::Value mtPos(const Napi::CallbackInfo& info);
  Napi::Value writeRecords(const Napi::CallbackInfo& info);
  Napi::Value readRecords(const Napi::CallbackInfo& info);
  Napi::Value cancel(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);

  Napi::Value submit(Napi::Env env, QueuedCall call, ReadTarget target = {});

  std::shared_ptr<Device> device_;
};

}  // namespace lto

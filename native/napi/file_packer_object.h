#pragma once

#include <napi.h>

#include "../core/folder_packing.h"
#include "tagged_object.h"

namespace lto {

/** The class FilePacker of binding.d.ts. */
class FilePackerObject : public TaggedObject<FilePackerObject> {
 public:
  static constexpr const char* className = "FilePacker";
  static constexpr napi_type_tag typeTag = {0x6c746f2d7061636b, 0x27d06be1f4a8935c};

  static Napi::Function define(Napi::Env env);

  explicit FilePackerObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value pack(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  FolderPacker packer_;
};

/** The function namesIn of binding.d.ts. */
void defineNamesIn(Napi::Env env, Napi::Object exports);

}  // namespace lto

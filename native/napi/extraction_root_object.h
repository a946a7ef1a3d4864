#pragma once

#include <napi.h>

#include "../core/extraction_root.h"
#include "../core/file_making.h"
#include "tagged_object.h"

namespace lto {

/** The class ExtractionRoot of binding.d.ts. */
class ExtractionRootObject : public TaggedObject<ExtractionRootObject> {
 public:
  static constexpr const char* className = "ExtractionRoot";
  static constexpr napi_type_tag typeTag = {0x6c746f2d65787472, 0x5be1940c7ad3f821};

  static Napi::Function define(Napi::Env env);

  explicit ExtractionRootObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value inspect(const Napi::CallbackInfo& info);
  Napi::Value createFile(const Napi::CallbackInfo& info);
  Napi::Value makeFile(const Napi::CallbackInfo& info);
  Napi::Value makeFiles(const Napi::CallbackInfo& info);
  Napi::Value makeFolder(const Napi::CallbackInfo& info);
  Napi::Value openFolder(const Napi::CallbackInfo& info);
  Napi::Value write(const Napi::CallbackInfo& info);
  Napi::Value setAttribute(const Napi::CallbackInfo& info);
  Napi::Value setRights(const Napi::CallbackInfo& info);
  Napi::Value finish(const Napi::CallbackInfo& info);
  Napi::Value makeSymbolicLink(const Napi::CallbackInfo& info);
  Napi::Value makeNode(const Napi::CallbackInfo& info);
  Napi::Value makeHardLink(const Napi::CallbackInfo& info);
  Napi::Value remove(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  ExtractionRoot root_;
  FileMaker maker_;
};

}  // namespace lto

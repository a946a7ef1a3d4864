#pragma once

#include <napi.h>

#include <memory>

#include "../core/slab_pool.h"

namespace lto {

/** The class SlabPool of binding.d.ts. */
class SlabPoolObject : public Napi::ObjectWrap<SlabPoolObject> {
 public:
  static Napi::Function define(Napi::Env env);
  /** The pool behind `value`; null where that is no instance of the class. */
  static std::shared_ptr<SlabPool> unwrap(const Napi::Value& value);

  explicit SlabPoolObject(const Napi::CallbackInfo& info);
  ~SlabPoolObject() override;

 private:
  Napi::Value available(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  std::shared_ptr<SlabPool> pool_;
};

}  // namespace lto

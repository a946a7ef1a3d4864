#pragma once

#include <napi.h>

#include <memory>

#include "../core/slab_pool.h"
#include "kept_views.h"

namespace lto {

/** The class SlabPool of binding.d.ts. */
class SlabPoolObject : public Napi::ObjectWrap<SlabPoolObject> {
 public:
  static Napi::Function define(Napi::Env env);
  /** The object behind `value`; null where that is no instance of the class. */
  static SlabPoolObject* unwrap(const Napi::Value& value);

  explicit SlabPoolObject(const Napi::CallbackInfo& info);
  ~SlabPoolObject() override;

  [[nodiscard]] SlabPool& pool() const { return *pool_; }
  [[nodiscard]] const std::shared_ptr<KeptViews>& keptViews() const { return views_; }

 private:
  Napi::Value available(const Napi::CallbackInfo& info);
  void giveBack(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  std::shared_ptr<SlabPool> pool_;
  bool closed_ = false;
  std::shared_ptr<KeptViews> views_ = std::make_shared<KeptViews>();
};

}  // namespace lto

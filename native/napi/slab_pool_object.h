#pragma once

#include <napi.h>

#include <memory>

#include "../core/slab_pool.h"
#include "arguments.h"
#include "tagged_object.h"
#include "view_cache.h"

namespace lto {

/** The class SlabPool of binding.d.ts. */
class SlabPoolObject : public TaggedObject<SlabPoolObject> {
 public:
  static constexpr const char* className = "SlabPool";
  static constexpr napi_type_tag typeTag = {0x6c746f2d706f6f6c, 0x41d2c68e7f0b4a95};

  static Napi::Function define(Napi::Env env);

  explicit SlabPoolObject(const Napi::CallbackInfo& info);
  ~SlabPoolObject() override;

  /** The pool; throws a RangeError when it was closed. */
  [[nodiscard]] const std::shared_ptr<SlabPool>& open(const Arguments& arguments) const;
  [[nodiscard]] const std::shared_ptr<ViewCache>& viewCache() const { return views_; }

 private:
  Napi::Value lent(const Napi::CallbackInfo& info);
  Napi::Value take(const Napi::CallbackInfo& info);
  void giveBack(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  std::shared_ptr<SlabPool> pool_;
  std::shared_ptr<ViewCache> views_ = std::make_shared<ViewCache>();
};

}  // namespace lto

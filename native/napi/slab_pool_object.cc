#include "slab_pool_object.h"

#include "arguments.h"

namespace lto {
namespace {

constexpr std::int64_t maxCount = 65'536;

}  // namespace

Napi::Function SlabPoolObject::define(Napi::Env env) {
  return DefineClass(env, className,
                     {
                         InstanceAccessor<&SlabPoolObject::available>("available"),
                         InstanceMethod<&SlabPoolObject::giveBack>("giveBack"),
                         InstanceMethod<&SlabPoolObject::close>("close"),
                     });
}

SlabPoolObject::SlabPoolObject(const Napi::CallbackInfo& info) : TaggedObject(info) {
  const Arguments arguments(info);
  const std::size_t slabSize = arguments.slabSize(0, "slabBytes");
  pool_ = SlabPool::make(slabSize, static_cast<std::size_t>(arguments.integer(1, "count", 1, maxCount)));
}

SlabPoolObject::~SlabPoolObject() {
  if (pool_) views_->close(Env(), pool_->close());
}

Napi::Value SlabPoolObject::available(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(pool_->available()));
}

void SlabPoolObject::giveBack(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  if (!info[0].IsArrayBuffer()) arguments.throwType("memory must be an ArrayBuffer");
  if (closed_) return;
  auto view = info[0].As<Napi::ArrayBuffer>();
  const auto slab = slabOf(view);
  const bool isOut = slab && !views_->has(slab.get());
  if (!isOut || !pool_->takeBack(slab)) arguments.throwRange("memory must be what the pool has handed out");
  views_->keep(slab.get(), view);
}

void SlabPoolObject::close(const Napi::CallbackInfo& info) {
  closed_ = true;
  views_->close(info.Env(), pool_->close());
}

}  // namespace lto

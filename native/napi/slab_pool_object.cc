#include "slab_pool_object.h"

#include <cstdint>
#include <limits>

namespace lto {
namespace {

constexpr std::int64_t maxKept = 65'536;

}  // namespace

Napi::Function SlabPoolObject::define(Napi::Env env) {
  return DefineClass(env, className,
                     {
                         InstanceAccessor<&SlabPoolObject::lent>("lent"),
                         InstanceMethod<&SlabPoolObject::take>("take"),
                         InstanceMethod<&SlabPoolObject::giveBack>("giveBack"),
                         InstanceMethod<&SlabPoolObject::close>("close"),
                     });
}

SlabPoolObject::SlabPoolObject(const Napi::CallbackInfo& info) : TaggedObject(info) {
  const Arguments arguments(info);
  const std::size_t slabSize = arguments.slabSize(0, "slabBytes");
  pool_ = SlabPool::make(slabSize, static_cast<std::size_t>(arguments.integer(1, "kept", 1, maxKept)));
}

SlabPoolObject::~SlabPoolObject() {
  if (pool_) pool_->close();
}

const std::shared_ptr<SlabPool>& SlabPoolObject::open(const Arguments& arguments) const {
  if (pool_->isClosed()) arguments.throwRange("the pool is closed");
  return pool_;
}

Napi::Value SlabPoolObject::lent(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(views_->lent()));
}

Napi::Value SlabPoolObject::take(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto number = arguments.integer(0, "slab", 0, std::numeric_limits<std::uint32_t>::max());
  auto view = views_->take(info.Env(), static_cast<std::uint32_t>(number));
  if (view.IsEmpty()) arguments.throwRange("slab must be one that a call has read into, and that was not taken");
  return view;
}

void SlabPoolObject::giveBack(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  if (!info[0].IsArrayBuffer()) arguments.throwType("memory must be an ArrayBuffer");
  if (pool_->isClosed()) return;
  auto view = info[0].As<Napi::ArrayBuffer>();
  const auto slab = slabOf(view);
  const bool isOut = slab && !views_->has(slab.get());
  if (!isOut || !pool_->takeBack(slab)) arguments.throwRange("memory must be what the pool has handed out");
  views_->keep(slab.get(), view);
}

void SlabPoolObject::close(const Napi::CallbackInfo& /*info*/) {
  pool_->close();
  views_->clear();
}

}  // namespace lto

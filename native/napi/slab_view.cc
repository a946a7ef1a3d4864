#include "slab_view.h"

#include <cstdint>
#include <utility>

namespace lto {
namespace {

/** Of an ArrayBuffer that is a copy of a slab and wraps its Share. */
constexpr napi_type_tag copyTag = {0x6c746f2d636f7079, 0x9b0e51c7d3a6482f};

/** A view's share of its slab. */
struct Share {
  std::shared_ptr<Slab> slab;
  /** Of the slab's pool; lives on the JavaScript thread. */
  std::shared_ptr<std::size_t> lent;
};

void release(Share* share) {
  const std::unique_ptr<Share> owned(share);
  if (owned->lent) *owned->lent -= 1;
}

void releaseView(napi_env /*env*/, void* /*data*/, void* hint) {
  release(static_cast<Share*>(hint));
}

void releaseCopy(napi_env /*env*/, void* data, void* /*hint*/) {
  release(static_cast<Share*>(data));
}

/** The build flag is Node-API's own: with it the call below is not declared, and every run-time is one that refuses. */
#ifdef NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED
napi_status createView(napi_env /*env*/, Share* /*share*/, napi_value* /*view*/) {
  static_cast<void>(releaseView);
  return napi_no_external_buffers_allowed;
}
#else
napi_status createView(napi_env env, Share* share, napi_value* view) {
  return napi_create_external_arraybuffer(env, share->slab->data(), share->slab->size(), releaseView, share, view);
}
#endif

void check(Napi::Env env, napi_status status) {
  if (status != napi_ok) throw Napi::Error::New(env);
}

Napi::ArrayBuffer copyFor(Napi::Env env, std::unique_ptr<Share> share) {
  auto copy = Napi::ArrayBuffer::New(env, share->slab->size());
  check(env, napi_wrap(env, copy, share.get(), releaseCopy, nullptr, nullptr));
  share.release();
  copy.TypeTag(&copyTag);
  return copy;
}

/** The slab that an ArrayBuffer is a copy of. */
std::shared_ptr<Slab> copiedSlab(const Napi::ArrayBuffer& copy) {
  if (!copy.CheckTypeTag(&copyTag)) return nullptr;
  void* share = nullptr;
  check(copy.Env(), napi_unwrap(copy.Env(), copy, &share));
  return static_cast<Share*>(share)->slab;
}

}  // namespace

Napi::ArrayBuffer viewOf(Napi::Env env, const std::shared_ptr<Slab>& slab, const std::shared_ptr<std::size_t>& lent) {
  auto share = std::make_unique<Share>(Share{slab, lent});
  napi_value view = nullptr;
  const napi_status status = createView(env, share.get(), &view);
  if (status == napi_no_external_buffers_allowed) return copyFor(env, std::move(share));
  check(env, status);
  share.release();
  return {env, view};
}

std::shared_ptr<Slab> slabOf(Napi::ArrayBuffer view) {
  auto slab = Slab::find(view.Data(), view.ByteLength());
  if (!slab) slab = copiedSlab(view);
  return slab && slab->size() == view.ByteLength() ? slab : nullptr;
}

RecordMemory memoryBehind(Napi::Uint8Array part) {
  const std::size_t size = part.ByteLength();
  if (auto slab = Slab::find(part.Data(), size)) {
    return {.slab = std::move(slab), .data = reinterpret_cast<std::byte*>(part.Data()), .size = size};
  }
  auto slab = copiedSlab(part.ArrayBuffer());
  if (!slab) return {};
  auto* const data = slab->data() + part.ByteOffset();
  return {.slab = std::move(slab), .data = data, .size = size};
}

}  // namespace lto

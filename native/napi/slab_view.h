#pragma once

#include <napi.h>

#include <cstddef>
#include <memory>

#include "../core/call.h"

namespace lto {

/**
 * JavaScript's view of the slab, which holds a share of it until the view is collected as garbage. It is the slab's own
 * memory, or a copy where the run-time takes no memory from outside (Electron): what JavaScript has written goes into
 * the slab before a call, what a call has read comes out of it after.
 *
 * `lent` is counted down when the view has been collected.
 */
Napi::ArrayBuffer viewOf(Napi::Env env, const std::shared_ptr<Slab>& slab,
                         const std::shared_ptr<std::size_t>& lent = nullptr);

/** The slab behind all of a view that viewOf has made; null for any other memory. */
std::shared_ptr<Slab> slabOf(Napi::ArrayBuffer view);

/** What a part of a view stands for; without a slab for any other memory. */
RecordMemory memoryBehind(Napi::Uint8Array part);

/** Whether the part of a view is not the memory itself. */
inline bool isCopy(Napi::Uint8Array part, const RecordMemory& memory) {
  return part.Data() != reinterpret_cast<const std::uint8_t*>(memory.data);
}

}  // namespace lto

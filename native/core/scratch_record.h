#pragma once

#include <cstddef>
#include <memory>
#include <new>

#include "slab.h"

namespace lto {

/** Room for one record of a device's own, which grows with what is asked for. */
class ScratchRecord {
 public:
  /** Page-aligned; null where there is no memory. */
  [[nodiscard]] std::byte* room(std::size_t size) {
    if (slab_ && slab_->size() >= size) return slab_->data();
    try {
      slab_ = Slab::allocate(size);
      return slab_->data();
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }

 private:
  std::shared_ptr<Slab> slab_;
};

}  // namespace lto

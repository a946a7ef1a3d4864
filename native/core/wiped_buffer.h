#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

#include "slab.h"

namespace lto {

/** Page-aligned, zeroed memory for the data phase of a command; wiped when it goes, because it may have held a key. */
class WipedBuffer {
 public:
  WipedBuffer() = default;
  /** Throws std::bad_alloc. */
  explicit WipedBuffer(std::size_t size) : size_(size) {
    if (size == 0) return;
    data_ = static_cast<std::byte*>(::operator new(size, std::align_val_t{pageSize()}));
    std::memset(data_, 0, size);
  }
  WipedBuffer(WipedBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  WipedBuffer& operator=(WipedBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  WipedBuffer(const WipedBuffer&) = delete;
  WipedBuffer& operator=(const WipedBuffer&) = delete;
  ~WipedBuffer() {
    if (data_ == nullptr) return;
    ::explicit_bzero(data_, size_);
    ::operator delete(data_, std::align_val_t{pageSize()});
  }

  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace lto

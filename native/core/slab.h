#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace lto {

[[nodiscard]] std::size_t pageSize();
[[nodiscard]] std::size_t roundUpToPage(std::size_t offset);

/**
 * Page-aligned, zeroed memory that a running system call may use. JavaScript's view of it holds one share and each
 * queued call another, so that the memory outlives the environment that made it.
 */
class Slab {
 public:
  /** Bytes behind its end that belong to the device thread which writes its last record. */
  static constexpr std::size_t margin = 64;

  /** Throws std::bad_alloc. */
  static std::shared_ptr<Slab> allocate(std::size_t size);
  /** The slab that holds all of [data, data + size); null when there is none. */
  static std::shared_ptr<Slab> find(const void* data, std::size_t size);
  /** The slab that begins there; null when there is none. */
  static std::shared_ptr<Slab> at(std::uintptr_t address);

  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;
  ~Slab();

  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  Slab(std::byte* data, std::size_t size) : data_(data), size_(size) {}

  std::byte* data_;
  std::size_t size_;
};

}  // namespace lto

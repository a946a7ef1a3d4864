#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "../core/call.h"

namespace lto {

/** Number.MAX_SAFE_INTEGER */
constexpr std::int64_t maxSafeInteger = (std::int64_t{1} << 53) - 1;

/** Options of a record call. */
struct RecordOptions {
  std::shared_ptr<Checksum> checksum;
  bool quiet = false;
  bool checkEach = false;
  Protection protection = Protection::none;
  bool exclusive = false;
};

/** Reads the arguments of one call; throws a TypeError or RangeError that names the argument. */
class Arguments {
 public:
  explicit Arguments(const Napi::CallbackInfo& info) : info_(info) {}

  [[nodiscard]] std::int64_t integer(std::size_t index, const char* name, std::int64_t min, std::int64_t max) const;
  [[nodiscard]] std::string string(std::size_t index, const char* name) const;
  /** A string whose characters, U+0000 to U+00FF, are the bytes. */
  [[nodiscard]] std::string byteString(std::size_t index, const char* name) const;
  [[nodiscard]] Napi::Uint8Array bytes(std::size_t index, const char* name) const;
  /** A Float64Array of at least `length` numbers. */
  [[nodiscard]] Napi::Float64Array row(std::size_t index, const char* name, std::size_t length) const;
  /** A token: 0 for none. */
  [[nodiscard]] std::uint64_t token(std::size_t index) const;
  /** A group of record calls. */
  [[nodiscard]] std::uint64_t stream(std::size_t index) const;
  [[nodiscard]] std::size_t slabSize(std::size_t index, const char* name) const;
  /** What the argument at `index`, an object, says of a record call; all of it may be left out. */
  [[nodiscard]] RecordOptions recordOptions(std::size_t index) const;
  /** A Uint8Array in a slab, at a multiple of `alignment` from the slab's beginning. */
  [[nodiscard]] RecordMemory recordMemory(std::size_t index, std::size_t alignment) const;
  /** One such Uint8Array, or an array of them. */
  [[nodiscard]] std::vector<RecordMemory> recordPieces(std::size_t index, std::size_t alignment) const;

  [[noreturn]] void throwType(const std::string& message) const;
  [[noreturn]] void throwRange(const std::string& message) const;

 private:
  [[nodiscard]] Protection protectionOf(const Napi::Value& value) const;
  [[nodiscard]] Napi::Uint8Array bytesOf(const Napi::Value& value, const char* name) const;
  [[nodiscard]] RecordMemory memoryOf(const Napi::Value& value, std::size_t alignment) const;
  /** With what is to be written in it. */
  [[nodiscard]] RecordMemory writtenMemory(const Napi::Value& value, std::size_t alignment) const;

  const Napi::CallbackInfo& info_;
};

}  // namespace lto

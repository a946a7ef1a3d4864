#include "arguments.h"

#include <cmath>
#include <cstring>
#include <string>

#include "checksum_object.h"
#include "slab_view.h"

namespace lto {
namespace {

/** More than any machine's memory would be refused by mmap(2) in any case. */
constexpr std::int64_t maxMapped = std::int64_t{1} << 40;
/** Pieces of one call; an array can claim four thousand million, and make each up as it is asked for. */
constexpr std::uint32_t maxPieces = 65'536;

}  // namespace

std::int64_t Arguments::integer(std::size_t index, const char* name, std::int64_t min, std::int64_t max) const {
  const Napi::Value value = info_[index];
  if (!value.IsNumber()) throwType(std::string(name) + " must be a number");
  const double number = value.As<Napi::Number>().DoubleValue();
  const bool isInRange = number >= static_cast<double>(min) && number <= static_cast<double>(max);
  if (!isInRange || std::trunc(number) != number) {
    throwRange(std::string(name) + " must be an integer from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return static_cast<std::int64_t>(number);
}

std::string Arguments::string(std::size_t index, const char* name) const {
  const Napi::Value value = info_[index];
  if (!value.IsString()) throwType(std::string(name) + " must be a string");
  return value.As<Napi::String>().Utf8Value();
}

std::string Arguments::byteString(std::size_t index, const char* name) const {
  const Napi::Value value = info_[index];
  if (!value.IsString()) throwType(std::string(name) + " must be a string");
  const auto check = [this](napi_status status) {
    if (status != napi_ok) throw Napi::Error::New(info_.Env());
  };
  std::size_t length = 0;
  check(napi_get_value_string_latin1(info_.Env(), value, nullptr, 0, &length));
  std::string bytes(length, '\0');
  // There is room for the NUL that follows every std::string.
  check(napi_get_value_string_latin1(info_.Env(), value, bytes.data(), length + 1, &length));
  return bytes;
}

Napi::Float64Array Arguments::row(std::size_t index, const char* name, std::size_t length) const {
  const Napi::Value value = info_[index];
  const bool isRow = value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_float64_array;
  if (!isRow || value.As<Napi::TypedArray>().ElementLength() < length) {
    throwType(std::string(name) + " must be a Float64Array of " + std::to_string(length));
  }
  return value.As<Napi::Float64Array>();
}

Napi::Uint8Array Arguments::bytes(std::size_t index, const char* name) const {
  return bytesOf(info_[index], name);
}

Napi::Uint8Array Arguments::bytesOf(const Napi::Value& value, const char* name) const {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    throwType(std::string(name) + " must be a Uint8Array");
  }
  return value.As<Napi::Uint8Array>();
}

std::uint64_t Arguments::token(std::size_t index) const {
  return static_cast<std::uint64_t>(integer(index, "token", 0, maxSafeInteger));
}

std::uint64_t Arguments::stream(std::size_t index) const {
  return static_cast<std::uint64_t>(integer(index, "stream", 1, maxSafeInteger));
}

std::size_t Arguments::slabSize(std::size_t index, const char* name) const {
  return static_cast<std::size_t>(integer(index, name, 1, maxMapped));
}

RecordOptions Arguments::recordOptions(std::size_t index) const {
  const Napi::Value value = info_[index];
  if (value.IsUndefined()) return {};
  if (!value.IsObject()) throwType("options must be an object");
  const auto object = value.As<Napi::Object>();
  const Napi::Value checksum = object.Get("checksum");
  return {
      .checksum = checksum.IsUndefined() ? nullptr : ChecksumObject::unwrap(checksum, "checksum")->checksum(),
      .quiet = object.Get("quiet").ToBoolean(),
      .checkEach = object.Get("checkEach").ToBoolean(),
      .protection = protectionOf(object.Get("protection")),
      .exclusive = object.Get("exclusive").ToBoolean(),
  };
}

Protection Arguments::protectionOf(const Napi::Value& value) const {
  if (value.IsUndefined()) return Protection::none;
  if (!value.IsString()) throwType("protection must be a string");
  const std::string name = value.As<Napi::String>().Utf8Value();
  if (name == "crc32c") return Protection::crc32c;
  if (name == "reed-solomon") return Protection::reedSolomon;
  throwRange("protection must be crc32c or reed-solomon");
}

RecordMemory Arguments::recordMemory(std::size_t index, std::size_t alignment) const {
  return memoryOf(info_[index], alignment);
}

std::vector<RecordMemory> Arguments::recordPieces(std::size_t index, std::size_t alignment) const {
  const Napi::Value value = info_[index];
  if (!value.IsArray()) return {writtenMemory(value, alignment)};
  const auto array = value.As<Napi::Array>();
  const std::uint32_t count = array.Length();
  if (count == 0) throwRange("memory must not be empty");
  if (count > maxPieces) throwRange("memory must have at most " + std::to_string(maxPieces) + " pieces");
  std::vector<RecordMemory> pieces;
  pieces.reserve(count);
  for (std::uint32_t i = 0; i < count; i += 1) pieces.push_back(writtenMemory(array[i], alignment));
  return pieces;
}

RecordMemory Arguments::memoryOf(const Napi::Value& value, std::size_t alignment) const {
  auto array = bytesOf(value, "memory");
  const std::size_t size = array.ByteLength();
  if (size == 0) throwRange("memory must not be empty");
  auto memory = memoryBehind(array);
  if (!memory.slab) throwRange("memory must lie in a slab of allocateSlab");
  if (static_cast<std::size_t>(memory.data - memory.slab->data()) % alignment != 0) {
    throwRange("memory must begin at a multiple of " + std::to_string(alignment) + " bytes in its slab");
  }
  return memory;
}

RecordMemory Arguments::writtenMemory(const Napi::Value& value, std::size_t alignment) const {
  auto memory = memoryOf(value, alignment);
  const auto given = value.As<Napi::Uint8Array>();
  if (isCopy(given, memory)) std::memcpy(memory.data, given.Data(), memory.size);
  return memory;
}

void Arguments::throwType(const std::string& message) const {
  throw Napi::TypeError::New(info_.Env(), message);
}

void Arguments::throwRange(const std::string& message) const {
  throw Napi::RangeError::New(info_.Env(), message);
}

}  // namespace lto

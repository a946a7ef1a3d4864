#include "file_reading.h"

#include <sys/sysmacros.h>

#include <array>
#include <climits>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

#include "../core/file_reading.h"
#include "arguments.h"
#include "convert.h"

namespace lto {
namespace {

/** What status() fills in. */
constexpr std::size_t statusFacts = 17;

/** A path of which each character is a byte. In memory of its own, since there is one for each file. */
class BytePath {
 public:
  BytePath(const Napi::CallbackInfo& info, const Arguments& arguments) {
    std::size_t length = 0;
    if (napi_get_value_string_latin1(info.Env(), info[0], path_.data(), path_.size(), &length) != napi_ok) {
      arguments.throwType("path must be a string");
    }
    // What does not fit is cut off: it is as long as the memory then, and longer than any path that the kernel takes.
    if (std::memchr(path_.data(), '\0', length) != nullptr) arguments.throwRange("path must not hold a NUL");
  }

  [[nodiscard]] const char* get() const { return path_.data(); }

 private:
  std::array<char, PATH_MAX + 1> path_;
};

double* factsOf(const Napi::CallbackInfo& info, const Arguments& arguments, std::size_t index) {
  napi_typedarray_type type = napi_int8_array;
  std::size_t length = 0;
  void* data = nullptr;
  const auto status = napi_get_typedarray_info(info.Env(), info[index], &type, &length, &data, nullptr, nullptr);
  if (status != napi_ok || type != napi_float64_array) arguments.throwType("facts must be a Float64Array");
  if (length < statusFacts) {
    arguments.throwRange("facts must have room for " + std::to_string(statusFacts) + " numbers");
  }
  return static_cast<double*>(data);
}

/** The facts of binding.d.ts, each exact in a double. */
void fill(double* facts, const struct stat& status, std::size_t attributeBytes) {
  constexpr std::uint64_t half = 32;
  constexpr std::uint64_t low = 0xffffffff;
  const auto inode = static_cast<std::uint64_t>(status.st_ino);
  const double values[statusFacts] = {
      static_cast<double>(status.st_mode),        static_cast<double>(status.st_nlink),
      static_cast<double>(status.st_uid),         static_cast<double>(status.st_gid),
      static_cast<double>(status.st_size),        static_cast<double>(status.st_blocks),
      static_cast<double>(status.st_mtim.tv_sec), static_cast<double>(status.st_mtim.tv_nsec),
      static_cast<double>(status.st_ctim.tv_sec), static_cast<double>(status.st_ctim.tv_nsec),
      static_cast<double>(major(status.st_rdev)), static_cast<double>(minor(status.st_rdev)),
      static_cast<double>(major(status.st_dev)),  static_cast<double>(minor(status.st_dev)),
      static_cast<double>(inode >> half),         static_cast<double>(inode & low),
      static_cast<double>(attributeBytes),
  };
  std::memcpy(facts, values, sizeof(values));
}

[[noreturn]] void throwFailure(Napi::Env env, const Failure& failure) {
  throw Napi::Error(env, describeFailure(Napi::Error::New(env).Value(), failure));
}

Napi::Value inspect(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const BytePath path(info, arguments);
  double* const facts = factsOf(info, arguments, 1);
  struct stat status{};
  std::size_t attributeBytes = 0;
  const int error = inspectFile(path.get(), status, attributeBytes);
  if (error == 0) fill(facts, status, attributeBytes);
  return Napi::Number::New(info.Env(), -error);
}

Napi::Value readSmall(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const BytePath path(info, arguments);
  auto memory = arguments.bytes(1, "memory");
  const auto size = static_cast<std::int64_t>(memory.ByteLength());
  const std::int64_t offset = arguments.integer(2, "offset", 0, size);
  const std::int64_t length = arguments.integer(3, "length", 0, size - offset);
  double* const facts = factsOf(info, arguments, 4);
  auto* const begin = reinterpret_cast<std::byte*>(memory.Data()) + offset;
  struct stat status{};
  std::size_t count = 0;
  const int error = readSmallFile(path.get(), {begin, static_cast<std::size_t>(length)}, status, count);
  if (error != 0) return Napi::Number::New(info.Env(), -error);
  fill(facts, status, 0);
  return Napi::Number::New(info.Env(), static_cast<double>(count));
}

Napi::Value attributesOf(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto read = readAttributes(BytePath(info, arguments).get());
  const auto env = info.Env();
  if (const auto* failure = std::get_if<Failure>(&read)) throwFailure(env, *failure);
  const auto& attributes = std::get<std::vector<ExtendedAttribute>>(read);
  auto array = Napi::Array::New(env, attributes.size());
  for (std::uint32_t i = 0; i < attributes.size(); i += 1) {
    const auto& [name, bytes] = attributes[i];
    auto value = Napi::Buffer<std::byte>::Copy(env, bytes.data(), bytes.size());
    auto object = Napi::Object::New(env);
    napi_value text = nullptr;
    if (napi_create_string_latin1(env, name.data(), name.size(), &text) != napi_ok) throw Napi::Error::New(env);
    object["name"] = Napi::Value(env, text);
    object["value"] = value;
    array[i] = object;
  }
  return array;
}

Napi::Value extentsOf(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto fd = static_cast<int>(arguments.integer(0, "fd", 0, std::numeric_limits<int>::max()));
  const auto found = dataExtents(fd, arguments.integer(1, "size", 0, maxSafeInteger));
  if (const auto* failure = std::get_if<Failure>(&found)) throwFailure(info.Env(), *failure);
  const auto& extents = std::get<std::vector<DataExtent>>(found);
  auto numbers = Napi::Float64Array::New(info.Env(), extents.size() * 2);
  for (std::size_t i = 0; i < extents.size(); i += 1) {
    numbers[i * 2] = static_cast<double>(extents[i].offset);
    numbers[i * 2 + 1] = static_cast<double>(extents[i].length);
  }
  return numbers;
}

}  // namespace

void defineFileReading(Napi::Env env, Napi::Object exports) {
  exports["inspectFile"] = Napi::Function::New(env, inspect, "inspectFile");
  exports["readSmallFile"] = Napi::Function::New(env, readSmall, "readSmallFile");
  exports["readAttributes"] = Napi::Function::New(env, attributesOf, "readAttributes");
  exports["dataExtents"] = Napi::Function::New(env, extentsOf, "dataExtents");
}

}  // namespace lto

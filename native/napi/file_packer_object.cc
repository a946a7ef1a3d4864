#include "file_packer_object.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "../core/file_packing.h"
#include "arguments.h"
#include "convert.h"

namespace lto {
namespace {

/** What `pack` says: bytes of names and of the archive. */
constexpr std::size_t doneCount = 2;
/** Threads that read ahead, on any machine: what is not in memory yet is waited for most of the time. */
constexpr std::size_t readers = 3;

std::string pathAt(const Arguments& arguments, std::size_t index, const char* name) {
  auto path = arguments.byteString(index, name);
  if (path.find('\0') != std::string::npos) arguments.throwRange(std::string(name) + " must not hold a NUL");
  return path;
}

Napi::Value list(const Napi::CallbackInfo& info) {
  const auto found = namesIn(pathAt(Arguments(info), 0, "folder").c_str());
  if (const auto* failure = std::get_if<Failure>(&found)) {
    throw Napi::Error(info.Env(), describeFailure(Napi::Error::New(info.Env()).Value(), *failure));
  }
  const auto& names = std::get<std::string>(found);
  return Napi::Buffer<char>::Copy(info.Env(), names.data(), names.size());
}

}  // namespace

Napi::Function FilePackerObject::define(Napi::Env env) {
  return DefineClass(
      env, className,
      {InstanceMethod<&FilePackerObject::pack>("pack"), InstanceMethod<&FilePackerObject::close>("close")});
}

FilePackerObject::FilePackerObject(const Napi::CallbackInfo& info)
    : TaggedObject(info), packer_(info[0].ToBoolean(), readers) {}

Napi::Value FilePackerObject::pack(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto folder = pathAt(arguments, 0, "folder");
  const auto prefix = pathAt(arguments, 1, "prefix");
  const auto names = arguments.bytes(2, "names");
  auto memory = arguments.bytes(3, "memory");
  auto done = arguments.row(4, "done", doneCount);
  const std::string_view list(reinterpret_cast<const char*>(names.Data()), names.ByteLength());
  const std::span bytes(reinterpret_cast<std::byte*>(memory.Data()), memory.ByteLength());
  const auto packed = packer_.pack(folder, prefix, list, bytes);
  done[0] = static_cast<double>(packed.namesDone);
  done[1] = static_cast<double>(packed.bytes);
  return Napi::Number::New(info.Env(), static_cast<double>(packed.files));
}

void FilePackerObject::close(const Napi::CallbackInfo& /*info*/) {
  packer_.close();
}

void defineNamesIn(Napi::Env env, Napi::Object exports) {
  exports["namesIn"] = Napi::Function::New(env, list, "namesIn");
}

}  // namespace lto

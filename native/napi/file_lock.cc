#include "file_lock.h"

#include <cerrno>
#include <limits>
#include <string>

#include "../core/file_lock.h"
#include "arguments.h"
#include "convert.h"

namespace lto {
namespace {

LockMode lockMode(const Arguments& arguments, std::size_t index) {
  const std::string name = arguments.string(index, "mode");
  if (name == "shared") return LockMode::shared;
  if (name == "exclusive") return LockMode::exclusive;
  arguments.throwRange("mode must be shared or exclusive");
}

Napi::Value call(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  const auto fd = static_cast<int>(arguments.integer(0, "fd", 0, std::numeric_limits<int>::max()));
  const int error = lockFile(fd, lockMode(arguments, 1));
  if (error != 0 && error != EWOULDBLOCK) {
    throw Napi::Error(info.Env(), describeFailure(Napi::Error::New(info.Env()).Value(), {error, "flock"}));
  }
  return Napi::Boolean::New(info.Env(), error == 0);
}

}  // namespace

Napi::Function defineLockFile(Napi::Env env) {
  return Napi::Function::New(env, call, "lockFile");
}

}  // namespace lto

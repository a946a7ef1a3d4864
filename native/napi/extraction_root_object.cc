#include "extraction_root_object.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "../core/crew.h"
#include "../core/outcome.h"
#include "arguments.h"
#include "convert.h"

namespace lto {
namespace {

constexpr std::int64_t maxId = 0xfffffffe;
constexpr std::int64_t permissions = 07777;
constexpr std::int64_t maxNanoseconds = 999'999'999;
constexpr std::size_t factCount = 4;
/** mode, uid, gid, accessed (seconds, nanoseconds), modified (the same); -1 leaves mode or owner as it is. */
constexpr std::size_t attributeCount = 7;

/** Most files of one call of makeFiles. */
constexpr std::size_t mostFiles = 65'536;
/** What makeFiles says: bytes of the archive and of content, and nodes. */
constexpr std::size_t madeCount = 3;

/** What the class adds to the arguments of other calls. */
class ExtractionArguments : public Arguments {
 public:
  using Arguments::Arguments;

  void putFacts(std::size_t index, const MemberFacts& facts) const {
    double* const numbers = row(index, "facts", factCount).Data();
    numbers[0] = static_cast<double>(facts.device);
    numbers[1] = static_cast<double>(facts.inode);
    numbers[2] = facts.mode;
    numbers[3] = static_cast<double>(facts.links);
  }

  [[nodiscard]] MemberAttributes attributes(std::size_t index) const {
    const double* const numbers = row(index, "attributes", attributeCount).Data();
    const auto mode = number(numbers[0], "mode", -1, permissions);
    const auto user = number(numbers[1], "uid", -1, maxId);
    const auto group = number(numbers[2], "gid", -1, maxId);
    return {
        .hasMode = mode >= 0,
        .mode = static_cast<mode_t>(mode < 0 ? 0 : mode),
        .hasOwner = user >= 0 && group >= 0,
        .user = static_cast<uid_t>(user),
        .group = static_cast<gid_t>(group),
        .times = {time(numbers + 3), time(numbers + 5)},
    };
  }

 private:
  [[nodiscard]] std::int64_t number(double value, const char* name, std::int64_t min, std::int64_t max) const {
    const bool isInRange = value >= static_cast<double>(min) && value <= static_cast<double>(max);
    if (!isInRange || std::trunc(value) != value) throwRange(std::string(name) + " is out of range");
    return static_cast<std::int64_t>(value);
  }

  [[nodiscard]] timespec time(const double* numbers) const {
    return {
        .tv_sec = static_cast<time_t>(number(numbers[0], "seconds", -maxSafeInteger, maxSafeInteger)),
        .tv_nsec = static_cast<long>(number(numbers[1], "nanoseconds", 0, maxNanoseconds)),
    };
  }
};

Napi::Value outcome(const Napi::CallbackInfo& info, int result) {
  return Napi::Number::New(info.Env(), result);
}

}  // namespace

Napi::Function ExtractionRootObject::define(Napi::Env env) {
  return DefineClass(env, className,
                     {
                         InstanceMethod<&ExtractionRootObject::inspect>("inspect"),
                         InstanceMethod<&ExtractionRootObject::createFile>("createFile"),
                         InstanceMethod<&ExtractionRootObject::makeFile>("makeFile"),
                         InstanceMethod<&ExtractionRootObject::makeFiles>("makeFiles"),
                         InstanceMethod<&ExtractionRootObject::makeFolder>("makeFolder"),
                         InstanceMethod<&ExtractionRootObject::openFolder>("openFolder"),
                         InstanceMethod<&ExtractionRootObject::write>("write"),
                         InstanceMethod<&ExtractionRootObject::setAttribute>("setAttribute"),
                         InstanceMethod<&ExtractionRootObject::setRights>("setRights"),
                         InstanceMethod<&ExtractionRootObject::finish>("finish"),
                         InstanceMethod<&ExtractionRootObject::makeSymbolicLink>("makeSymbolicLink"),
                         InstanceMethod<&ExtractionRootObject::makeNode>("makeNode"),
                         InstanceMethod<&ExtractionRootObject::makeHardLink>("makeHardLink"),
                         InstanceMethod<&ExtractionRootObject::remove>("remove"),
                         InstanceMethod<&ExtractionRootObject::close>("close"),
                     });
}

ExtractionRootObject::ExtractionRootObject(const Napi::CallbackInfo& info)
    : TaggedObject(info), maker_(root_, Crew::helpersOfMachine()) {
  const std::string path = Arguments(info).string(0, "path");
  const int opened = root_.open(path, info[1].ToBoolean());
  if (opened < 0) {
    const auto object = Napi::Error::New(info.Env()).Value();
    throw Napi::Error(info.Env(), describeFailure(object, {-opened, "open"}));
  }
}

Napi::Value ExtractionRootObject::inspect(const Napi::CallbackInfo& info) {
  const ExtractionArguments arguments(info);
  MemberFacts facts;
  const int result = root_.inspect(arguments.byteString(0, "path"), facts);
  arguments.putFacts(1, facts);
  return outcome(info, result);
}

Napi::Value ExtractionRootObject::createFile(const Napi::CallbackInfo& info) {
  const ExtractionArguments arguments(info);
  MemberFacts facts;
  const int result = root_.createFile(arguments.byteString(0, "path"), facts);
  arguments.putFacts(1, facts);
  return outcome(info, result);
}

Napi::Value ExtractionRootObject::makeFile(const Napi::CallbackInfo& info) {
  const ExtractionArguments arguments(info);
  MemberFacts facts;
  const auto path = arguments.byteString(0, "path");
  const auto data = arguments.bytes(1, "data");
  const auto* const bytes = reinterpret_cast<const std::byte*>(data.Data());
  const int result = root_.makeFile(path, bytes, data.ByteLength(), arguments.attributes(2), facts);
  arguments.putFacts(3, facts);
  return outcome(info, result);
}

Napi::Value ExtractionRootObject::makeFiles(const Napi::CallbackInfo& info) {
  const ExtractionArguments arguments(info);
  const auto archive = arguments.bytes(0, "archive");
  const MakingPolicy policy{
      .permissions = static_cast<mode_t>(arguments.integer(1, "permissions", 0, permissions)),
      .owners = info[2].ToBoolean(),
  };
  auto made = arguments.row(3, "made", madeCount);
  auto nodes = arguments.row(4, "nodes", 0);
  const std::span bytes(reinterpret_cast<const std::byte*>(archive.Data()), archive.ByteLength());
  const auto done = maker_.make(bytes, policy, std::min(nodes.ElementLength() / 2, mostFiles));
  made[0] = static_cast<double>(done.archive);
  made[1] = static_cast<double>(done.content);
  made[2] = static_cast<double>(done.nodes.size());
  for (std::size_t i = 0; i < done.nodes.size(); i += 1) {
    nodes[i * 2] = static_cast<double>(done.nodes[i].device);
    nodes[i * 2 + 1] = static_cast<double>(done.nodes[i].inode);
  }
  return Napi::Number::New(info.Env(), static_cast<double>(done.files));
}

Napi::Value ExtractionRootObject::makeFolder(const Napi::CallbackInfo& info) {
  const ExtractionArguments arguments(info);
  MemberFacts facts;
  const auto mode = static_cast<mode_t>(arguments.integer(1, "mode", 0, permissions));
  const int result = root_.makeFolder(arguments.byteString(0, "path"), mode, facts);
  arguments.putFacts(2, facts);
  return outcome(info, result);
}

Napi::Value ExtractionRootObject::openFolder(const Napi::CallbackInfo& info) {
  return outcome(info, root_.openFolder(ExtractionArguments(info).byteString(0, "path")));
}

Napi::Value ExtractionRootObject::write(const Napi::CallbackInfo& info) {
  const ExtractionArguments arguments(info);
  const auto data = arguments.bytes(0, "data");
  const auto position = static_cast<off_t>(arguments.integer(1, "position", 0, maxSafeInteger));
  const std::span bytes(reinterpret_cast<const std::byte*>(data.Data()), data.ByteLength());
  return outcome(info, root_.node().write(bytes, position));
}

Napi::Value ExtractionRootObject::setAttribute(const Napi::CallbackInfo& info) {
  const ExtractionArguments arguments(info);
  const auto value = arguments.bytes(1, "value");
  const auto* const data = reinterpret_cast<const std::byte*>(value.Data());
  return outcome(info, root_.node().setAttribute(arguments.byteString(0, "name"), data, value.ByteLength()));
}

Napi::Value ExtractionRootObject::setRights(const Napi::CallbackInfo& info) {
  return outcome(info, root_.node().setRights(ExtractionArguments(info).attributes(0)));
}

Napi::Value ExtractionRootObject::finish(const Napi::CallbackInfo& info) {
  const ExtractionArguments arguments(info);
  const auto size = static_cast<off_t>(arguments.integer(0, "size", -1, maxSafeInteger));
  return outcome(info, root_.node().finish(size, arguments.attributes(1)));
}

Napi::Value ExtractionRootObject::makeSymbolicLink(const Napi::CallbackInfo& info) {
  const ExtractionArguments arguments(info);
  MemberFacts facts;
  const auto target = arguments.byteString(0, "target");
  const int result = root_.makeSymbolicLink(target, arguments.byteString(1, "path"), arguments.attributes(2), facts);
  arguments.putFacts(3, facts);
  return outcome(info, result);
}

Napi::Value ExtractionRootObject::makeNode(const Napi::CallbackInfo& info) {
  const ExtractionArguments arguments(info);
  MemberFacts facts;
  constexpr std::int64_t maxNumber = 0xffffffff;
  const auto type = static_cast<mode_t>(arguments.integer(1, "type", 0, S_IFMT));
  if (type != S_IFCHR && type != S_IFBLK && type != S_IFIFO) arguments.throwRange("type must be a device or a FIFO");
  const auto major = static_cast<unsigned>(arguments.integer(2, "major", 0, maxNumber));
  const auto minor = static_cast<unsigned>(arguments.integer(3, "minor", 0, maxNumber));
  const int result =
      root_.makeNode(arguments.byteString(0, "path"), type, makedev(major, minor), arguments.attributes(4), facts);
  arguments.putFacts(5, facts);
  return outcome(info, result);
}

Napi::Value ExtractionRootObject::makeHardLink(const Napi::CallbackInfo& info) {
  const ExtractionArguments arguments(info);
  const auto existing = arguments.byteString(0, "existing");
  return outcome(info, root_.makeHardLink(existing, arguments.byteString(1, "path")));
}

Napi::Value ExtractionRootObject::remove(const Napi::CallbackInfo& info) {
  return outcome(info, root_.remove(ExtractionArguments(info).byteString(0, "path")));
}

void ExtractionRootObject::close(const Napi::CallbackInfo& /*info*/) {
  maker_.close();
  root_.close();
}

}  // namespace lto

#include "device_object.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <string>
#include <system_error>
#include <utility>

#include "arguments.h"
#include "convert.h"
#include "pending_calls.h"
#include "slab_pool_object.h"

namespace lto {
namespace {

constexpr std::int64_t maxScsiData = 16 * 1024 * 1024;
/** The transfer length of READ(6) and WRITE(6) has 24 bits (SSC-5 6.2, 6.6). */
constexpr std::int64_t maxRecordSize = 0xffffff;
/** What direct I/O of `st` needs; without it `st` copies, and reports a failed write(2) at a later call. */
constexpr std::size_t directIoAlignment = 512;
/** Nothing that creates, truncates or appends. */
constexpr int allowedOpenFlags = O_ACCMODE | O_NONBLOCK | O_EXCL | O_SYNC | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW;

template <typename Integer>
constexpr std::int64_t maxOf = std::numeric_limits<Integer>::max();
template <typename Integer>
constexpr std::int64_t minOf = std::numeric_limits<Integer>::min();

int openFlags(const Arguments& arguments) {
  const auto flags = static_cast<int>(arguments.integer(0, "flags", 0, maxOf<int>));
  if ((flags & ~allowedOpenFlags) != 0) {
    arguments.throwRange("flags must not create or truncate: O_RDONLY, O_WRONLY, O_RDWR, O_NONBLOCK, O_EXCL, O_SYNC");
  }
  return flags;
}

DataDirection direction(const Arguments& arguments, std::size_t index) {
  const std::string name = arguments.string(index, "direction");
  if (name == "none") return DataDirection::none;
  if (name == "in") return DataDirection::in;
  if (name == "out") return DataDirection::out;
  arguments.throwRange("direction must be none, in or out");
}

DriveSetting driveSetting(const Arguments& arguments, std::size_t index) {
  const std::string name = arguments.string(index, "setting");
  if (name == "protection") return DriveSetting::protection;
  if (name == "encryption") return DriveSetting::encryption;
  arguments.throwRange("setting must be protection or encryption");
}

void copyCdb(const Arguments& arguments, std::size_t index, ScsiCall& call) {
  const auto cdb = arguments.bytes(index, "cdb");
  if (cdb.ByteLength() < 6 || cdb.ByteLength() > call.cdb.size()) arguments.throwRange("cdb must have 6 to 32 bytes");
  std::memcpy(call.cdb.data(), cdb.Data(), cdb.ByteLength());
  call.cdbLength = static_cast<std::uint8_t>(cdb.ByteLength());
}

/** Copies what an argument holds, from `min` bytes to as many as there is room for; returns how many they are. */
template <std::size_t Room>
std::size_t copyInto(const Arguments& arguments, std::size_t index, const char* name, std::size_t min,
                     std::array<std::uint8_t, Room>& to) {
  const auto bytes = arguments.bytes(index, name);
  if (bytes.ByteLength() < min || bytes.ByteLength() > Room) {
    arguments.throwRange(std::string(name) + " must have " + std::to_string(min) + " to " + std::to_string(Room) +
                         " bytes");
  }
  std::memcpy(to.data(), bytes.Data(), bytes.ByteLength());
  return bytes.ByteLength();
}

WipedBuffer copyDataOut(const Arguments& arguments, std::size_t index) {
  const auto data = arguments.bytes(index, "data");
  if (data.ByteLength() > maxScsiData) arguments.throwRange("data must have at most 16777216 bytes");
  WipedBuffer copy(data.ByteLength());
  if (copy.size() > 0) std::memcpy(copy.data(), data.Data(), copy.size());
  return copy;
}

WipedBuffer scsiData(const Arguments& arguments, std::size_t index, DataDirection direction) {
  if (direction == DataDirection::out) return copyDataOut(arguments, index);
  const std::int64_t max = direction == DataDirection::in ? maxScsiData : 0;
  return WipedBuffer(static_cast<std::size_t>(arguments.integer(index, "data", 0, max)));
}

std::size_t recordSize(const Arguments& arguments, std::size_t index, const char* name) {
  return static_cast<std::size_t>(arguments.integer(index, name, 1, maxRecordSize));
}

/** What goes over the path with a record counts too. */
void requireTransfer(const Arguments& arguments, const char* name, std::size_t size, Protection protection) {
  const std::size_t extra = protectionBytes(protection);
  if (size + extra > maxRecordSize) {
    arguments.throwRange(std::string(name) + " and protection must be at most " + std::to_string(maxRecordSize) +
                         " bytes");
  }
}

ReadTarget targetFor(const Napi::Value& given, const RecordMemory& memory) {
  const auto array = given.As<Napi::Uint8Array>();
  if (!isCopy(array, memory)) return {};
  return {.copy = Napi::Persistent(array)};
}

}  // namespace

Napi::Function DeviceObject::define(Napi::Env env) {
  return DefineClass(env, className,
                     {
                         InstanceMethod<&DeviceObject::open>("open"),
                         InstanceMethod<&DeviceObject::scsi>("scsi"),
                         InstanceMethod<&DeviceObject::setLastCommand>("setLastCommand"),
                         InstanceMethod<&DeviceObject::clearLastCommand>("clearLastCommand"),
                         InstanceMethod<&DeviceObject::mtOp>("mtOp"),
                         InstanceMethod<&DeviceObject::mtGet>("mtGet"),
                         InstanceMethod<&DeviceObject::mtPos>("mtPos"),
                         InstanceMethod<&DeviceObject::writeRecords>("writeRecords"),
                         InstanceMethod<&DeviceObject::readRecords>("readRecords"),
                         InstanceMethod<&DeviceObject::cancel>("cancel"),
                         InstanceMethod<&DeviceObject::close>("close"),
                     });
}

DeviceObject::DeviceObject(const Napi::CallbackInfo& info) : TaggedObject(info) {
  std::string path = Arguments(info).string(0, "path");
  if (path.empty() || path.find('\0') != std::string::npos) {
    throw Napi::RangeError::New(info.Env(), "path must not be empty or hold a NUL");
  }
  try {
    device_ = Device::start(std::move(path), PendingCalls::of(info.Env()).completions());
  } catch (const std::system_error& error) {
    const auto object = Napi::Error::New(info.Env()).Value();
    throw Napi::Error(info.Env(), describeFailure(object, {error.code().value(), "pthread_create"}));
  }
}

DeviceObject::~DeviceObject() {
  if (device_) device_->abandon();
}

Napi::Value DeviceObject::submit(Napi::Env env, QueuedCall call, ReadTarget target) {
  // Record calls are many and hardly ever rejected: the caller's stack would be half of what one costs.
  const bool keepsStack = call.stream == 0;
  const auto promise = PendingCalls::of(env).add(env, call.id, keepsStack, std::move(target));
  device_->submit(std::move(call));
  return promise;
}

Napi::Value DeviceObject::open(const Napi::CallbackInfo& info) {
  return submit(info.Env(), {.call = OpenCall{openFlags(Arguments(info))}});
}

Napi::Value DeviceObject::scsi(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  ScsiCall call;
  copyCdb(arguments, 0, call);
  call.direction = direction(arguments, 1);
  call.data = scsiData(arguments, 2, call.direction);
  call.timeoutMs = static_cast<std::uint32_t>(arguments.integer(3, "timeoutMs", 1, maxOf<std::uint32_t>));
  return submit(info.Env(), {.token = arguments.token(4), .call = std::move(call)});
}

Napi::Value DeviceObject::setLastCommand(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  ArmCall call{.setting = driveSetting(arguments, 0), .command = {}};
  auto& command = call.command;
  command.cdbLength = static_cast<std::uint8_t>(copyInto(arguments, 1, "cdb", 6, command.cdb));
  command.length = static_cast<std::uint16_t>(copyInto(arguments, 2, "data", 1, command.data));
  command.timeoutMs = static_cast<std::uint32_t>(arguments.integer(3, "timeoutMs", 1, maxOf<std::uint32_t>));
  command.gate = unwrap(info[4], "transfers")->device_->gate();
  return submit(info.Env(), {.call = std::move(call)});
}

Napi::Value DeviceObject::clearLastCommand(const Napi::CallbackInfo& info) {
  return submit(info.Env(), {.call = DisarmCall{driveSetting(Arguments(info), 0)}});
}

Napi::Value DeviceObject::mtOp(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  MtOpCall call;
  call.operation = static_cast<std::int16_t>(arguments.integer(0, "operation", 0, maxOf<std::int16_t>));
  call.count = static_cast<std::int32_t>(arguments.integer(1, "count", minOf<std::int32_t>, maxOf<std::int32_t>));
  return submit(info.Env(), {.token = arguments.token(2), .call = call});
}

Napi::Value DeviceObject::mtGet(const Napi::CallbackInfo& info) {
  return submit(info.Env(), {.token = Arguments(info).token(0), .call = MtGetCall{}});
}

Napi::Value DeviceObject::mtPos(const Napi::CallbackInfo& info) {
  return submit(info.Env(), {.token = Arguments(info).token(0), .call = MtPosCall{}});
}

Napi::Value DeviceObject::writeRecords(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  WriteCall call{.pieces = arguments.recordPieces(0, directIoAlignment),
                 .recordSize = recordSize(arguments, 1, "recordSize")};
  if (call.recordSize % directIoAlignment != 0) arguments.throwRange("recordSize must be a multiple of 512");
  const auto endsARecord = [&](const RecordMemory& piece) { return piece.size % call.recordSize == 0; };
  if (!std::all_of(call.pieces.begin(), call.pieces.end() - 1, endsARecord)) {
    arguments.throwRange("only the last piece of memory may end in the middle of a record");
  }
  const std::uint64_t stream = arguments.stream(2);
  const std::uint64_t token = arguments.token(3);
  auto options = arguments.recordOptions(4);
  call.checksum = std::move(options.checksum);
  call.checkEach = options.checkEach;
  call.protection = options.protection;
  call.exclusive = options.exclusive;
  requireTransfer(arguments, "recordSize", call.recordSize, call.protection);
  return submit(info.Env(), {.token = token, .stream = stream, .quiet = options.quiet, .call = std::move(call)});
}

Napi::Value DeviceObject::readRecords(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  auto* const pool = SlabPoolObject::isInstance(info[0]) ? SlabPoolObject::unwrap(info[0], "memory") : nullptr;
  ReadCall call{.memory = pool != nullptr ? RecordMemory{} : arguments.recordMemory(0, pageSize()),
                .offer = recordSize(arguments, 1, "offer")};
  if (pool != nullptr) call.pool = pool->open(arguments);
  const std::size_t size = call.pool ? call.pool->slabSize() : call.memory.size;
  if (call.offer > size) arguments.throwRange("offer must not exceed memory");
  call.maxRecords = static_cast<std::size_t>(arguments.integer(2, "maxRecords", 1, maxOf<std::int32_t>));
  const std::uint64_t stream = arguments.stream(3);
  const std::uint64_t token = arguments.token(4);
  auto options = arguments.recordOptions(5);
  call.checksum = std::move(options.checksum);
  call.protection = options.protection;
  ReadTarget target = pool != nullptr ? ReadTarget{.views = pool->viewCache()} : targetFor(info[0], call.memory);
  return submit(info.Env(), {.token = token, .stream = stream, .quiet = options.quiet, .call = std::move(call)},
                std::move(target));
}

Napi::Value DeviceObject::cancel(const Napi::CallbackInfo& info) {
  const std::uint64_t token = Arguments(info).token(0);
  return Napi::Boolean::New(info.Env(), device_->cancel(token));
}

Napi::Value DeviceObject::close(const Napi::CallbackInfo& info) {
  return submit(info.Env(), {.call = CloseCall{}});
}

}  // namespace lto

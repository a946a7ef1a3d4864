#include "convert.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <numeric>
#include <string>
#include <variant>
#include <vector>

namespace lto {

namespace {

Napi::Value number(Napi::Env env, auto value) {
  return Napi::Number::New(env, static_cast<double>(value));
}

Napi::Uint8Array copyOf(Napi::Env env, const void* data, std::size_t size) {
  auto array = Napi::Uint8Array::New(env, size);
  if (size > 0) std::memcpy(array.Data(), data, size);
  return array;
}

/** Bytes of all records, which lie side by side. */
std::size_t filledBytes(const ReadOutcome& outcome) {
  return std::accumulate(outcome.lengths.begin(), outcome.lengths.end(), std::size_t{0});
}

Napi::Object mtStatusObject(Napi::Env env, const MtStatus& status) {
  auto object = Napi::Object::New(env);
  object["type"] = number(env, status.type);
  object["residual"] = number(env, status.residual);
  object["deviceRegister"] = number(env, status.deviceRegister);
  object["generalStatus"] = number(env, status.generalStatus);
  object["errorRegister"] = number(env, status.errorRegister);
  object["fileNumber"] = number(env, status.fileNumber);
  object["blockNumber"] = number(env, status.blockNumber);
  return object;
}

void addStop(Napi::Object object, int error, const std::optional<MtStatus>& mt) {
  const auto env = object.Env();
  if (error != 0) object["errno"] = number(env, error == WriteOutcome::shortWrite ? 0 : -error);
  if (mt) object["mt"] = mtStatusObject(env, *mt);
}

const char* nameOf(WriteStop stop) {
  switch (stop) {
    case WriteStop::done:
      return "done";
    case WriteStop::earlyWarning:
      return "early-warning";
    case WriteStop::endOfMedium:
      return "end-of-medium";
    case WriteStop::error:
      break;
  }
  return "error";
}

const char* nameOf(ReadStop stop) {
  switch (stop) {
    case ReadStop::full:
      return "full";
    case ReadStop::zero:
      return "zero";
    case ReadStop::tooLarge:
      return "too-large";
    case ReadStop::damaged:
      return "damaged";
    case ReadStop::error:
      break;
  }
  return "error";
}

class Converter {
 public:
  Converter(Napi::Env env, const ReadTarget& target) : env_(env), target_(target) {}

  Napi::Value operator()(const Done& /*done*/) { return env_.Undefined(); }
  /** A failure rejects, see describeFailure(). */
  Napi::Value operator()(const Failure& /*failure*/) { return env_.Undefined(); }
  Napi::Value operator()(const MtStatus& status) { return mtStatusObject(env_, status); }
  Napi::Value operator()(const Position& position) { return number(env_, position.blockNumber); }

  Napi::Value operator()(const NodeFacts& facts) {
    auto object = Napi::Object::New(env_);
    object["isCharacterDevice"] = Napi::Boolean::New(env_, facts.isCharacterDevice);
    object["major"] = number(env_, facts.major);
    object["minor"] = number(env_, facts.minor);
    return object;
  }

  Napi::Value operator()(const ScsiOutcome& outcome) {
    auto object = Napi::Object::New(env_);
    object["status"] = number(env_, outcome.status);
    object["hostStatus"] = number(env_, outcome.hostStatus);
    object["driverStatus"] = number(env_, outcome.driverStatus);
    object["sense"] = copyOf(env_, outcome.sense.data(), outcome.senseLength);
    object["residual"] = number(env_, outcome.residual);
    object["duration"] = number(env_, outcome.duration);
    object["data"] = copyOf(env_, outcome.data.data(), outcome.dataLength);
    return object;
  }

  Napi::Value operator()(const WriteOutcome& outcome) {
    auto object = Napi::Object::New(env_);
    object["records"] = number(env_, outcome.records);
    object["bytes"] = number(env_, outcome.bytes);
    object["stop"] = Napi::String::New(env_, nameOf(outcome.stop));
    addStop(object, outcome.error, outcome.mt);
    return object;
  }

  Napi::Value operator()(const ReadOutcome& outcome) {
    auto lengths = Napi::Array::New(env_, outcome.lengths.size());
    for (std::uint32_t i = 0; i < outcome.lengths.size(); i += 1) lengths[i] = number(env_, outcome.lengths[i]);
    auto object = Napi::Object::New(env_);
    object["lengths"] = lengths;
    object["stop"] = Napi::String::New(env_, nameOf(outcome.stop));
    giveRecords(object, outcome);
    addStop(object, outcome.error, outcome.mt);
    return object;
  }

 private:
  void giveRecords(Napi::Object object, const ReadOutcome& outcome) {
    const std::size_t filled = filledBytes(outcome);
    if (outcome.memory) {
      object["slab"] = number(env_, target_.views->add(outcome.memory, filled));
    } else if (!target_.copy.IsEmpty()) {
      auto copy = target_.copy.Value();
      // It may have been detached meanwhile.
      if (filled > 0 && filled <= copy.ByteLength()) std::memcpy(copy.Data(), memoryBehind(copy).data, filled);
    }
  }

  Napi::Env env_;
  const ReadTarget& target_;
};

}  // namespace

Napi::Value toJavaScript(Napi::Env env, const Outcome& outcome, const ReadTarget& target) {
  return std::visit(Converter(env, target), outcome);
}

Napi::Object describeFailure(Napi::Object error, const Failure& failure) {
  const std::string what = failure.error == Failure::closed ? "the device is closed" : std::strerror(failure.error);
  const auto env = error.Env();
  error["message"] = Napi::String::New(env, what + ", " + failure.syscall);
  error["errno"] = number(env, -failure.error);
  error["syscall"] = Napi::String::New(env, failure.syscall);
  return error;
}

}  // namespace lto

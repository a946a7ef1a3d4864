#include "convert.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <variant>

namespace lto {

Napi::ArrayBuffer viewOf(Napi::Env env, const std::shared_ptr<Slab>& slab) {
  auto share = std::make_unique<std::shared_ptr<Slab>>(slab);
  auto release = [](Napi::Env /*env*/, void* /*data*/, std::shared_ptr<Slab>* held) { delete held; };
  auto buffer = Napi::ArrayBuffer::New(env, slab->data(), slab->size(), release, share.get());
  share.release();
  return buffer;
}

namespace {

Napi::Value number(Napi::Env env, auto value) {
  return Napi::Number::New(env, static_cast<double>(value));
}

/**
 * Whether V8's count of memory outside its heap may be lowered for memory that a view still has. V8 takes a view's size
 * off when it collects the view, before the finalizer can give back what was lowered: its count may be below zero in
 * between. That of Node.js 20 and 22 is signed; that of 24 aborts the process ("amount_before >= -delta").
 */
bool countMayBeLowered(Napi::Env env) {
  constexpr std::uint32_t lastWithSignedCount = 22;
  return Napi::VersionManagement::GetNodeVersion(env)->major <= lastWithSignedCount;
}

/**
 * As viewOf, for memory of a pool, which is bounded and stays: V8 is not to count it, where that can be had. It would
 * take slabs that went out twice for memory that grows, and mark and compact its whole heap again and again.
 */
Napi::ArrayBuffer lentView(Napi::Env env, const std::shared_ptr<Slab>& slab) {
  if (!countMayBeLowered(env)) return viewOf(env, slab);
  const auto size = static_cast<std::int64_t>(slab->size());
  auto share = std::make_unique<std::shared_ptr<Slab>>(slab);
  auto release = [](Napi::Env finalizedIn, void* /*data*/, std::shared_ptr<Slab>* held) {
    Napi::MemoryManagement::AdjustExternalMemory(finalizedIn, static_cast<std::int64_t>((*held)->size()));
    delete held;
  };
  auto buffer = Napi::ArrayBuffer::New(env, slab->data(), slab->size(), release, share.get());
  share.release();
  Napi::MemoryManagement::AdjustExternalMemory(env, -size);
  return buffer;
}

Napi::Uint8Array copyOf(Napi::Env env, const void* data, std::size_t size) {
  auto array = Napi::Uint8Array::New(env, size);
  if (size > 0) std::memcpy(array.Data(), data, size);
  return array;
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
  Converter(Napi::Env env, ViewCache* views) : env_(env), views_(views) {}

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
    if (outcome.memory) object["memory"] = viewOfPooled(outcome.memory);
    addStop(object, outcome.error, outcome.mt);
    return object;
  }

 private:
  Napi::ArrayBuffer viewOfPooled(const std::shared_ptr<Slab>& slab) {
    const auto kept = views_ != nullptr ? views_->take(slab.get()) : Napi::ArrayBuffer();
    return kept.IsEmpty() ? lentView(env_, slab) : kept;
  }

  Napi::Env env_;
  ViewCache* views_;
};

}  // namespace

Napi::Value toJavaScript(Napi::Env env, const Outcome& outcome, ViewCache* views) {
  return std::visit(Converter(env, views), outcome);
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

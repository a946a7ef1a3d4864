#pragma once

#include <napi.h>

#include <string>

namespace lto {

/**
 * Base of every class of binding.d.ts. node-addon-api calls `Unwrap` for each method and accessor, and takes whatever
 * object of any class V8 hands over as the receiver of an accessor: this one checks first whose object it is.
 *
 * `T` has a `typeTag` of its own, which no other class has, and a `className`.
 */
template <typename T>
class TaggedObject : public Napi::ObjectWrap<T> {
 public:
  explicit TaggedObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<T>(info) {
    info.This().As<Napi::Object>().TypeTag(&T::typeTag);
  }

  static bool isInstance(const Napi::Value& value) {
    return value.IsObject() && value.As<Napi::Object>().CheckTypeTag(&T::typeTag);
  }

  /** The object behind `value`; throws a TypeError that begins with `name` where that is no instance of the class. */
  static T* unwrap(const Napi::Value& value, const char* name) {
    if (!isInstance(value)) {
      throw Napi::TypeError::New(value.Env(), std::string(name) + " must be a " + T::className);
    }
    return Napi::ObjectWrap<T>::Unwrap(value.As<Napi::Object>());
  }

  /** Hides that of ObjectWrap. */
  static T* Unwrap(const Napi::Value& receiver) { return unwrap(receiver, "the receiver"); }
};

}  // namespace lto

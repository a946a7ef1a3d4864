#pragma once

#include <sys/ioctl.h>

namespace lto {

/** The type of a request to ioctl(2): `unsigned long` of glibc, `int` of musl. */
template <typename Request>
Request requestOf(int (*)(int, Request, ...));
using ControlRequest = decltype(requestOf(&::ioctl));

/** ioctl(2) with a structure, for every C library. */
template <typename Structure>
int control(int fd, unsigned long request, Structure& argument) {
  return ::ioctl(fd, static_cast<ControlRequest>(request), &argument);
}

}  // namespace lto

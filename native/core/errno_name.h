#pragma once

namespace lto {

/** `ENOMEDIUM` for 123; `EUNKNOWN` for a number that Linux does not define. Node's own table ends before 123. */
[[nodiscard]] const char* errnoName(int error);

}  // namespace lto

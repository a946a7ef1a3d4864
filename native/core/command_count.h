#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "unique_fd.h"

namespace lto {

/**
 * How many commands Linux has sent to a SCSI device, whichever program or driver they are from: `iorequest_cnt` in
 * sysfs. It is a counter of 32 bits.
 */
class CommandCount {
 public:
  /** Of the device behind a character device node; counts nothing where sysfs does not show it. */
  static CommandCount of(dev_t node);
  /** As sysfs shows it: `0x` and hexadecimal digits. */
  static CommandCount in(const std::string& path);

  [[nodiscard]] bool isThere() const { return fd_.isOpen(); }
  /** Undefined where it cannot be read. */
  [[nodiscard]] std::optional<std::uint32_t> now() const;

 private:
  UniqueFd fd_;
};

}  // namespace lto

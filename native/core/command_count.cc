#include "command_count.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>

#include "interrupted.h"

namespace lto {
namespace {

/** `0x`, 16 digits of a counter that Linux widens with its sign, and the end of the line. */
constexpr std::size_t longest = 20;
constexpr std::string_view prefix = "0x";

}  // namespace

CommandCount CommandCount::of(dev_t node) {
  const std::string device = std::to_string(major(node)) + ":" + std::to_string(minor(node));
  return in("/sys/dev/char/" + device + "/device/iorequest_cnt");
}

CommandCount CommandCount::in(const std::string& path) {
  CommandCount count;
  count.fd_ = UniqueFd(retryInterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
  return count;
}

std::optional<std::uint32_t> CommandCount::now() const {
  if (!fd_.isOpen()) return std::nullopt;
  std::array<char, longest> text{};
  const ssize_t length = retryInterrupted([&] { return ::pread(fd_.get(), text.data(), text.size(), 0); });
  if (length < 0) return std::nullopt;
  const std::string_view shown(text.data(), static_cast<std::size_t>(length));
  if (!shown.starts_with(prefix)) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(shown.data() + prefix.size(), shown.data() + shown.size(), value, 16);
  if (error != std::errc{}) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

}  // namespace lto

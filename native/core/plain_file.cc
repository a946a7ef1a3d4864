#include "plain_file.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "permission_bits.h"
#include "ustar.h"

namespace lto {
namespace {

constexpr std::string_view posixMagic("ustar\00000", ustar::magic.length);
constexpr std::string_view gnuMagic("ustar  ", ustar::magic.length);
/** star has times in place of a part of the prefix, and this at the end. */
constexpr std::string_view starMark("tar\0", 4);
constexpr std::size_t starMarkOffset = ustar::block - starMark.size();
/** Far more than the path, times and attributes of most files need. */
constexpr std::size_t longestExtension = 64UL * 1024;
constexpr std::size_t nanosecondDigits = 9;
constexpr std::size_t secondDigits = 11;
constexpr std::size_t lengthDigits = 5;

struct Header {
  char type = 0;
  std::string_view name;
  std::string_view prefix;
  std::uint64_t mode = 0;
  std::uint64_t user = 0;
  std::uint64_t group = 0;
  std::uint64_t size = 0;
  std::uint64_t modified = 0;
};

std::string_view fieldOf(const char* block, ustar::Field field) {
  return {block + field.offset, field.length};
}

/** Up to the first NUL. */
std::string_view textOf(const char* block, ustar::Field field) {
  const auto text = fieldOf(block, field);
  return text.substr(0, text.find('\0'));
}

/** Octal digits, then a NUL, a space or the end of the field. */
bool takeOctal(const char* block, ustar::Field field, std::uint64_t& value) {
  const auto text = fieldOf(block, field);
  const auto digits = text.substr(0, text.find_first_not_of("01234567"));
  if (digits.empty() || (digits.size() < text.size() && text[digits.size()] != '\0' && text[digits.size()] != ' ')) {
    return false;
  }
  value = 0;
  for (const char digit : digits) value = value * 8 + static_cast<std::uint64_t>(digit - '0');
  return true;
}

bool decodeHeader(const char* block, Header& header) {
  const auto magic = fieldOf(block, ustar::magic);
  const bool isPosix = magic == posixMagic;
  if (!isPosix && magic != gnuMagic) return false;
  if (std::string_view(block + starMarkOffset, starMark.size()) == starMark) return false;
  std::uint64_t checksum = 0;
  if (!takeOctal(block, ustar::checksum, checksum) || checksum != ustar::sumOf(block)) return false;
  header.type = block[ustar::type.offset];
  header.name = textOf(block, ustar::name);
  header.prefix = isPosix ? textOf(block, ustar::prefix) : std::string_view();
  return takeOctal(block, ustar::mode, header.mode) && takeOctal(block, ustar::user, header.user) &&
         takeOctal(block, ustar::group, header.group) && takeOctal(block, ustar::size, header.size) &&
         takeOctal(block, ustar::modified, header.modified);
}

/** Decimal digits at the beginning of a text, which are removed from it. */
std::string_view takeDigits(std::string_view& text) {
  const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
  text.remove_prefix(digits.size());
  return digits;
}

std::int64_t decimal(std::string_view digits) {
  std::int64_t value = 0;
  for (const char digit : digits) value = value * 10 + (digit - '0');
  return value;
}

/** Seconds since 1970, with up to nine decimals. */
std::optional<timespec> timeOf(std::string_view text) {
  const auto seconds = takeDigits(text);
  if (seconds.empty() || seconds.size() > secondDigits) return std::nullopt;
  timespec time{.tv_sec = static_cast<time_t>(decimal(seconds)), .tv_nsec = 0};
  if (text.empty()) return time;
  if (text.front() != '.') return std::nullopt;
  text.remove_prefix(1);
  const auto decimals = takeDigits(text);
  if (decimals.empty() || decimals.size() > nanosecondDigits || !text.empty()) return std::nullopt;
  std::int64_t nanoseconds = decimal(decimals);
  for (auto digits = decimals.size(); digits < nanosecondDigits; digits += 1) nanoseconds *= 10;
  time.tv_nsec = static_cast<long>(nanoseconds);
  return time;
}

constexpr std::string_view attributePrefix = "SCHILY.xattr.";
constexpr std::string_view userNamespace = "user.";

/** What extended headers say of a plain file. */
struct Extension {
  std::vector<StoredAttribute>& attributes;
  std::optional<std::string_view> path;
  std::optional<timespec> accessed;
  std::optional<timespec> modified;
};

/** One with a plain name: GNU tar writes `%` and `=` in another way than libarchive, and other bytes may be of any
 * charset. */
bool takeAttribute(std::string_view name, std::string_view value, Extension& extension) {
  const auto isPlain = [](char byte) { return byte > ' ' && byte < '\x7f' && byte != '%'; };
  if (!name.starts_with(userNamespace) || !std::all_of(name.begin(), name.end(), isPlain)) return false;
  extension.attributes.push_back({std::string(name), std::as_bytes(std::span(value))});
  return true;
}

bool takeProperty(std::string_view key, std::string_view value, Extension& extension) {
  if (value.empty()) return false;
  if (key == "mtime") return (extension.modified = timeOf(value)).has_value();
  if (key == "atime") return (extension.accessed = timeOf(value)).has_value();
  if (key == "path") {
    extension.path = value;
    return true;
  }
  if (key.starts_with(attributePrefix)) return takeAttribute(key.substr(attributePrefix.size()), value, extension);
  // Nothing that could be restored.
  return key == "ctime";
}

/** Records of the form `<length> <key>=<value>\n`. */
bool decodeExtension(std::string_view body, Extension& extension) {
  while (!body.empty()) {
    auto rest = body;
    const auto digits = takeDigits(rest);
    if (digits.empty() || digits.size() > lengthDigits || digits.front() == '0') return false;
    const auto length = static_cast<std::size_t>(decimal(digits));
    if (length > body.size() || length < digits.size() + 2 || rest.front() != ' ' || body[length - 1] != '\n') {
      return false;
    }
    const auto record = body.substr(digits.size() + 1, length - digits.size() - 2);
    const auto equals = record.find('=');
    if (equals == std::string_view::npos) return false;
    if (!takeProperty(record.substr(0, equals), record.substr(equals + 1), extension)) return false;
    body.remove_prefix(length);
  }
  return true;
}

bool takePath(const Header& header, const Extension& extension, std::string& path) {
  if (extension.path) {
    path.assign(*extension.path);
  } else {
    path.assign(header.prefix);
    if (!header.prefix.empty()) path += '/';
    path += header.name;
  }
  while (path.starts_with("./")) path.erase(0, 2);
  // A folder of before ustar, and what has no name.
  return !path.empty() && path.back() != '/';
}

}  // namespace

bool decodePlainFile(std::span<const std::byte> archive, PlainFile& file) {
  const auto* const blocks = reinterpret_cast<const char*>(archive.data());
  std::size_t begin = 0;
  Header header;
  file.attributes.clear();
  Extension extension{.attributes = file.attributes, .path = {}, .accessed = {}, .modified = {}};
  if (archive.size() < ustar::block || !decodeHeader(blocks, header)) return false;
  if (header.type == ustar::extendedHeader) {
    const std::size_t size = header.size;
    if (size > longestExtension) return false;
    begin = ustar::block + ustar::wholeBlocks(size);
    if (archive.size() < begin + ustar::block || !decodeExtension({blocks + ustar::block, size}, extension) ||
        !decodeHeader(blocks + begin, header)) {
      return false;
    }
  }
  const std::size_t content = begin + ustar::block;
  if (header.type != ustar::regularFile || header.size > archive.size() - content) return false;
  const std::size_t size = header.size;
  if (ustar::wholeBlocks(size) > archive.size() - content || !takePath(header, extension, file.path)) return false;
  file.mode = static_cast<mode_t>(header.mode) & permissionBits;
  file.user = static_cast<uid_t>(header.user);
  file.group = static_cast<gid_t>(header.group);
  file.modified = extension.modified.value_or(timespec{.tv_sec = static_cast<time_t>(header.modified), .tv_nsec = 0});
  file.accessed = extension.accessed.value_or(file.modified);
  file.content = archive.subspan(content, size);
  file.bytes = content + ustar::wholeBlocks(size);
  return true;
}

}  // namespace lto

#include "file_header.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "ustar.h"

namespace lto {
namespace {

constexpr std::uint64_t largestOctal(ustar::Field field) {
  return (std::uint64_t{1} << (3 * (field.length - 1))) - 1;
}

constexpr std::uint64_t largestId = largestOctal(ustar::user);
constexpr std::uint64_t largestTime = largestOctal(ustar::modified);
constexpr long nanosecondsOfSecond = 1'000'000'000;
/** A program without support for extended headers extracts them as a file of this name. */
constexpr std::string_view extendedName = "PaxHeaders/member";
constexpr mode_t extendedMode = 0644;

/** Fields of a block, each within its range. */
struct Block {
  std::string_view name;
  std::string_view prefix;
  char type;
  std::uint64_t mode;
  std::uint64_t user;
  std::uint64_t group;
  std::uint64_t size;
  std::uint64_t modified;
};

void putText(char* block, ustar::Field field, std::string_view text) {
  text.copy(block + field.offset, field.length);
}

/** Octal digits followed by a NUL, which is there. */
void putOctal(char* block, ustar::Field field, std::uint64_t value) {
  for (std::size_t at = field.offset + field.length - 1; at > field.offset; value >>= 3) {
    at -= 1;
    block[at] = static_cast<char>('0' + (value & 7));
  }
}

void putBlock(char* block, const Block& fields) {
  std::memset(block, 0, ustar::block);
  putText(block, ustar::name, fields.name);
  putOctal(block, ustar::mode, fields.mode);
  putOctal(block, ustar::user, fields.user);
  putOctal(block, ustar::group, fields.group);
  putOctal(block, ustar::size, fields.size);
  putOctal(block, ustar::modified, fields.modified);
  block[ustar::type.offset] = fields.type;
  putText(block, ustar::magic, std::string_view("ustar\00000", ustar::magic.length));
  putOctal(block, ustar::major, 0);
  putOctal(block, ustar::minor, 0);
  putText(block, ustar::prefix, fields.prefix);
  // Six digits, NUL, space.
  putOctal(block, {ustar::checksum.offset, ustar::checksum.length - 1}, ustar::sumOf(block));
  block[ustar::checksum.offset + ustar::checksum.length - 1] = ' ';
}

struct SplitPath {
  std::string_view name;
  std::string_view prefix;
};

/** At a `/`, so that both fit. */
std::optional<SplitPath> splitPath(std::string_view path) {
  if (path.size() <= ustar::name.length) return SplitPath{path, {}};
  if (path.size() > ustar::name.length + 1 + ustar::prefix.length) return std::nullopt;
  const auto cut = path.find('/', path.size() - 1 - ustar::name.length);
  if (cut == std::string_view::npos || cut < 1 || cut > ustar::prefix.length || cut >= path.size() - 1) {
    return std::nullopt;
  }
  return SplitPath{path.substr(cut + 1), path.substr(0, cut)};
}

bool isAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
}

/** Bytes of the character at the beginning of a text, or 0 (RFC 3629: no surrogates, no longer form than needed). */
std::size_t characterBytes(std::string_view text) {
  const auto at = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  const unsigned low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (at(1) < low || at(1) > high) return 0;
  for (std::size_t index = 2; index < length; index += 1) {
    if (at(index) < 0x80 || at(index) > 0xbf) return 0;
  }
  return length;
}

bool isUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t bytes = characterBytes(text);
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

/** Decimal seconds, with as few decimals as needed. */
std::string paxTime(timespec time) {
  const bool isNegative = time.tv_sec < 0;
  if (time.tv_nsec == 0) return std::to_string(time.tv_sec);
  // Negative times count their decimals towards zero: half a second before 1970 is -0.5.
  const auto seconds = isNegative ? -1 - time.tv_sec : time.tv_sec;
  const long fraction = isNegative ? nanosecondsOfSecond - time.tv_nsec : time.tv_nsec;
  std::string decimals = std::to_string(nanosecondsOfSecond + fraction).substr(1);
  decimals.erase(decimals.find_last_not_of('0') + 1);
  std::string text(isNegative ? 1 : 0, '-');
  return text.append(std::to_string(seconds)).append(1, '.').append(decimals);
}

/** In the form of star, GNU tar and libarchive; `%` and `=` as in GNU tar. */
std::string attributeKey(std::string_view attribute) {
  std::string key = "SCHILY.xattr.";
  for (const char byte : attribute) {
    if (byte == '%') {
      key += "%25";
    } else if (byte == '=') {
      key += "%3D";
    } else {
      key += byte;
    }
  }
  return key;
}

bool fitsTime(timespec time) {
  return time.tv_nsec == 0 && time.tv_sec >= 0 && static_cast<std::uint64_t>(time.tv_sec) <= largestTime;
}

}  // namespace

std::size_t FileHeaderEncoder::encode(const FileHeader& header, std::span<std::byte> memory) {
  const bool ascii = isAscii(header.path);
  if (!ascii && !isUtf8(header.path)) return 0;
  const auto split = ascii ? splitPath(header.path) : std::nullopt;
  body_.clear();
  if (!split) addRecord("path", header.path);
  if (header.user > largestId) addRecord("uid", std::to_string(header.user));
  if (header.group > largestId) addRecord("gid", std::to_string(header.group));
  if (!fitsTime(header.modified)) addRecord("mtime", paxTime(header.modified));
  for (const auto& [attribute, value] : header.attributes) {
    addRecord(attributeKey(attribute), {reinterpret_cast<const char*>(value.data()), value.size()});
  }
  const std::size_t extended = body_.empty() ? 0 : ustar::block + ustar::wholeBlocks(body_.size());
  if (memory.size() < extended + ustar::block) return 0;
  auto* const blocks = reinterpret_cast<char*>(memory.data());
  if (extended > 0) {
    putBlock(blocks, {extendedName, {}, ustar::extendedHeader, extendedMode, 0, 0, body_.size(), 0});
    std::memcpy(blocks + ustar::block, body_.data(), body_.size());
    std::memset(blocks + ustar::block + body_.size(), 0, extended - ustar::block - body_.size());
  }
  const auto seconds = static_cast<std::uint64_t>(std::max<time_t>(header.modified.tv_sec, 0));
  putBlock(blocks + extended, {
                                  .name = split ? split->name : header.path,
                                  .prefix = split ? split->prefix : std::string_view(),
                                  .type = ustar::regularFile,
                                  .mode = header.mode,
                                  .user = std::min<std::uint64_t>(header.user, largestId),
                                  .group = std::min<std::uint64_t>(header.group, largestId),
                                  .size = header.size,
                                  .modified = std::min(seconds, largestTime),
                              });
  return extended + ustar::block;
}

/** `<length> <key>=<value>\n`, where the length counts its own digits. */
void FileHeaderEncoder::addRecord(std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + std::to_string(rest).size();
  // Adding its own digits may make the length one digit longer.
  length = rest + std::to_string(length).size();
  body_ += std::to_string(length);
  body_ += ' ';
  body_ += key;
  body_ += '=';
  body_ += value;
  body_ += '\n';
}

}  // namespace lto

#include "file_packing.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "file_header.h"
#include "file_reading.h"
#include "interrupted.h"
#include "permission_bits.h"
#include "unique_fd.h"
#include "ustar.h"

namespace lto {
namespace {

constexpr off_t largestFile = 256L * 1024;
constexpr std::string_view accessLists = "system.posix_acl_";

bool isPlain(const struct stat& status) {
  return S_ISREG(status.st_mode) && status.st_nlink == 1 && status.st_size <= largestFile &&
         static_cast<off_t>(status.st_blocks) * static_cast<off_t>(ustar::block) >= status.st_size;
}

bool isSame(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino && one.st_size == other.st_size &&
         one.st_mtim.tv_sec == other.st_mtim.tv_sec && one.st_mtim.tv_nsec == other.st_mtim.tv_nsec;
}

bool isReadUnchanged(const UniqueFd& file, std::span<std::byte> memory, const struct stat& expected) {
  struct stat status{};
  std::size_t count = 0;
  return readOpenFile(file.get(), memory, status, count) == 0 && count == memory.size() && isSame(status, expected);
}

}  // namespace

PackedFolder::PackedFolder(std::string folder, std::string members)
    : path(std::move(folder)),
      prefix(std::move(members)),
      fd(retryInterrupted([this] { return ::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC); })) {}

Packed PlainFilePacker::pack(const PackedFolder& folder, std::string_view name, std::span<std::byte> memory,
                             std::size_t& bytes) {
  // A copy of its own: whoever gave the names could write to them meanwhile.
  name_.assign(name);
  struct stat status{};
  const auto look = [&] { return ::fstatat(folder.fd.get(), name_.c_str(), &status, AT_SYMLINK_NOFOLLOW); };
  if (retryInterrupted(look) != 0 || !isPlain(status)) return Packed::notPlain;
  const auto size = static_cast<std::size_t>(status.st_size);
  if (ustar::block + ustar::wholeBlocks(size) > memory.size()) return Packed::noRoom;
  // There is nothing to read in an empty one.
  const UniqueFd file = size == 0 ? UniqueFd() : openToRead(folder.fd.get(), name_.c_str());
  if ((size > 0 && !file.isOpen()) || !takeAttributes(folder, file)) return Packed::notPlain;
  member_.assign(folder.prefix).append(name_);
  const FileHeader fields{.path = member_,
                          .mode = status.st_mode & permissionBits,
                          .user = status.st_uid,
                          .group = status.st_gid,
                          .size = static_cast<std::uint32_t>(size),
                          .modified = status.st_mtim,
                          .attributes = found_};
  const std::size_t header = encoder_.encode(fields, memory);
  const std::size_t whole = header + ustar::wholeBlocks(size);
  if (header == 0 || whole > memory.size()) return Packed::noRoom;
  if (size > 0 && !isReadUnchanged(file, memory.subspan(header, size), status)) return Packed::notPlain;
  std::memset(memory.data() + header + size, 0, whole - header - size);
  bytes = whole;
  return Packed::whole;
}

/** False if they cannot be read, or hold an access control list, which is stored as text too. */
bool PlainFilePacker::takeAttributes(const PackedFolder& folder, const UniqueFd& file) {
  found_.clear();
  if (!attributes_) return true;
  const std::string path = folder.path + name_;
  struct stat status{};
  std::size_t bytes = 0;
  const int error = file.isOpen() ? inspectAttributes(file.get(), bytes) : inspectFile(path.c_str(), status, bytes);
  if (error != 0 || bytes == 0) return error == 0;
  auto read = readAttributes(path.c_str());
  auto* const attributes = std::get_if<std::vector<ExtendedAttribute>>(&read);
  if (attributes == nullptr) return false;
  found_ = std::move(*attributes);
  return std::none_of(found_.begin(), found_.end(),
                      [](const ExtendedAttribute& attribute) { return attribute.name.starts_with(accessLists); });
}

std::string_view firstName(std::string_view names) {
  const auto end = names.find('\0');
  return end == std::string_view::npos ? std::string_view() : names.substr(0, end);
}

std::variant<std::string, Failure> namesIn(const char* folder) {
  const auto close = [](DIR* open) { ::closedir(open); };
  const std::unique_ptr<DIR, decltype(close)> stream(::opendir(folder), close);
  if (!stream) return Failure{errno, "opendir"};
  std::string names;
  std::vector<std::size_t> places;
  while (true) {
    errno = 0;
    // Safe: nobody else reads this stream.
    const dirent* const entry = ::readdir(stream.get());  // NOLINT(concurrency-mt-unsafe)
    if (entry == nullptr && errno != 0) return Failure{errno, "readdir"};
    if (entry == nullptr) break;
    const std::string_view name(entry->d_name);
    if (name == "." || name == "..") continue;
    places.push_back(names.size());
    names.append(name).push_back('\0');
  }
  std::sort(places.begin(), places.end(), [&](std::size_t one, std::size_t other) {
    return std::strcmp(names.data() + one, names.data() + other) < 0;
  });
  std::string sorted;
  sorted.reserve(names.size());
  for (const std::size_t place : places) sorted.append(names.data() + place).push_back('\0');
  return sorted;
}

}  // namespace lto

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
#include "unique_fd.h"
#include "ustar.h"

namespace lto {
namespace {

constexpr off_t largestFile = 256L * 1024;
constexpr mode_t permissionBits = 07777;
constexpr std::string_view accessLists = "system.posix_acl_";

bool isPlain(const struct stat& status) {
  return S_ISREG(status.st_mode) && status.st_nlink == 1 && status.st_size <= largestFile &&
         static_cast<off_t>(status.st_blocks) * static_cast<off_t>(ustar::block) >= status.st_size;
}

bool isSame(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino && one.st_size == other.st_size &&
         one.st_mtim.tv_sec == other.st_mtim.tv_sec && one.st_mtim.tv_nsec == other.st_mtim.tv_nsec;
}

/** The files of one folder, one after the other. */
class FilePacker {
 public:
  FilePacker(const PackedFolder& folder, bool attributes)
      : folder_(folder),
        fd_(retryInterrupted([&] { return ::open(folder.path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC); })),
        attributes_(attributes) {}

  /** Bytes of the member of that name; 0 if it is not plain, or has no room. */
  [[nodiscard]] std::size_t pack(std::string_view name, std::span<std::byte> memory) {
    // A copy of its own: whoever gave the names could write to them meanwhile.
    name_.assign(name);
    struct stat status{};
    const auto look = [&] { return ::fstatat(fd_.get(), name_.c_str(), &status, AT_SYMLINK_NOFOLLOW); };
    if (retryInterrupted(look) != 0 || !isPlain(status)) return 0;
    const auto size = static_cast<std::size_t>(status.st_size);
    // There is nothing to read in an empty one.
    const UniqueFd file = size == 0 ? UniqueFd() : openToRead(fd_.get(), name_.c_str());
    if ((size > 0 && !file.isOpen()) || !takeAttributes(file)) return 0;
    member_.assign(folder_.prefix).append(name_);
    const std::size_t header = encoder_.encode({.path = member_,
                                                .mode = status.st_mode & permissionBits,
                                                .user = status.st_uid,
                                                .group = status.st_gid,
                                                .size = static_cast<std::uint32_t>(size),
                                                .modified = status.st_mtim,
                                                .attributes = found_},
                                               memory);
    const std::size_t whole = header + ustar::wholeBlocks(size);
    if (header == 0 || whole > memory.size()) return 0;
    if (size > 0 && !readUnchanged(file, memory.subspan(header, size), status)) return 0;
    std::memset(memory.data() + header + size, 0, whole - header - size);
    return whole;
  }

 private:
  /** False if they cannot be read, or hold an access control list, which is stored as text too. */
  [[nodiscard]] bool takeAttributes(const UniqueFd& file) {
    found_.clear();
    if (!attributes_) return true;
    const std::string path = folder_.path + name_;
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

  [[nodiscard]] static bool readUnchanged(const UniqueFd& file, std::span<std::byte> memory,
                                          const struct stat& expected) {
    struct stat status{};
    std::size_t count = 0;
    return readOpenFile(file.get(), memory, status, count) == 0 && count == memory.size() && isSame(status, expected);
  }

  const PackedFolder& folder_;
  UniqueFd fd_;
  bool attributes_;
  FileHeaderEncoder encoder_;
  std::string name_;
  std::string member_;
  std::vector<ExtendedAttribute> found_;
};

}  // namespace

PackedFiles packFiles(const PackedFolder& folder, std::string_view names, std::span<std::byte> memory,
                      bool attributes) {
  FilePacker packer(folder, attributes);
  PackedFiles packed;
  while (packed.namesDone < names.size()) {
    const auto end = names.find('\0', packed.namesDone);
    if (end == std::string_view::npos) break;
    const auto name = names.substr(packed.namesDone, end - packed.namesDone);
    const std::size_t bytes = packer.pack(name, memory.subspan(packed.bytes));
    if (bytes == 0) break;
    packed.files += 1;
    packed.bytes += bytes;
    packed.namesDone = end + 1;
  }
  return packed;
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

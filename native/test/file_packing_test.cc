#include "../core/file_packing.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "../core/plain_file.h"
#include "../core/unique_fd.h"
#include "check.h"
#include "fixture.h"

using namespace lto;
using namespace std::string_literals;

namespace {

constexpr std::size_t slab = 64 * 1024;

/** A folder with files, and what packFiles makes of names in it. */
class Packing {
 public:
  void add(const char* name, std::string_view content) const {
    const UniqueFd file(::open(scratch_.file(name).c_str(), O_WRONLY | O_CLOEXEC));
    CHECK(::write(file.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size()));
  }
  PackedFiles pack(std::string_view names, bool attributes = true) {
    return packFiles({.path = folder(), .prefix = "in/"}, names, memory_, attributes);
  }
  [[nodiscard]] std::string folder() const {
    return std::filesystem::path(scratch_.file("a")).parent_path().string() + "/";
  }
  [[nodiscard]] std::span<const std::byte> archive() const { return memory_; }
  [[nodiscard]] const test::ScratchFolder& scratch() const { return scratch_; }
  void limit(std::size_t bytes) { memory_.resize(bytes); }

 private:
  test::ScratchFolder scratch_;
  std::vector<std::byte> memory_ = std::vector<std::byte>(slab, std::byte{0xff});
};

std::size_t openDescriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) count += 1;
  return count;
}

}  // namespace

TEST(plain_files_are_packed_as_they_are_read_again) {
  Packing packing;
  packing.add("a", "");
  packing.add("b", "content");
  const auto before = openDescriptors();
  const auto names = "a\0b\0"s;
  const auto packed = packing.pack(names);
  CHECK(packed.files == 2 && packed.namesDone == names.size());
  CHECK(openDescriptors() == before);
  PlainFile file;
  auto archive = packing.archive().first(packed.bytes);
  CHECK(decodePlainFile(archive, file));
  CHECK(file.path == "in/a" && file.content.empty() && file.mode == 0600 && file.user == ::geteuid());
  archive = archive.subspan(file.bytes);
  CHECK(decodePlainFile(archive, file));
  CHECK(file.path == "in/b" && file.bytes == archive.size());
  CHECK(std::memcmp(file.content.data(), "content", 7) == 0 && archive.back() == std::byte{0});
  struct stat status{};
  CHECK(::stat((packing.folder() + "b").c_str(), &status) == 0);
  CHECK(file.modified.tv_sec == status.st_mtim.tv_sec && file.modified.tv_nsec == status.st_mtim.tv_nsec);
}

TEST(packing_stops_before_what_is_not_plain) {
  Packing packing;
  packing.add("a", "content");
  packing.add("large", std::string(256 * 1024 + 1, 'x'));
  packing.add("several", "x");
  packing.add("sparse", "");
  packing.add("\xff", "not UTF-8");
  const std::string folder = packing.folder();
  CHECK(::link((folder + "several").c_str(), (folder + "other").c_str()) == 0);
  CHECK(::truncate((folder + "sparse").c_str(), 1 << 16) == 0);
  CHECK(::symlink("a", (folder + "link").c_str()) == 0);
  CHECK(::mkdir((folder + "folder").c_str(), 0700) == 0);
  CHECK(!packing.scratch().fifo("fifo").empty());
  const auto before = openDescriptors();
  for (const char* name : {"large", "several", "sparse", "\xff", "link", "folder", "fifo", "missing", ""}) {
    const auto packed = packing.pack("a\0"s + name + "\0a\0"s);
    CHECK(packed.files == 1 && packed.namesDone == 2);
  }
  // A list that ends within a name has only those before it.
  CHECK(packing.pack("a\0a"s).files == 1);
  CHECK(openDescriptors() == before);
}

TEST(packing_stops_where_there_is_no_room) {
  Packing packing;
  packing.add("a", std::string(513, 'x'));
  const auto names = "a\0a\0"s;
  const auto one = packing.pack("a\0"s).bytes;
  packing.limit(2 * one - 1);
  CHECK(packing.pack(names).files == 1);
  for (const std::size_t room : {std::size_t{0}, std::size_t{511}, std::size_t{512}, one - 1}) {
    packing.limit(room);
    CHECK(packing.pack(names).files == 0);
  }
}

TEST(attributes_are_packed_if_they_are_kept) {
  Packing packing;
  packing.add("a", "content");
  packing.add("empty", "");
  const std::string folder = packing.folder();
  for (const char* name : {"a", "empty"}) {
    if (::setxattr((folder + name).c_str(), "user.a=%", "x\0y", 3, 0) != 0) {
      CHECK(errno == ENOTSUP);
      return;
    }
  }
  const auto record = "33 SCHILY.xattr.user.a%3D%25=x\0y\n"s;
  for (const auto& names : {"a\0"s, "empty\0"s}) {
    for (const bool kept : {true, false}) {
      const auto packed = packing.pack(names, kept);
      CHECK(packed.files == 1);
      const auto archive = packing.archive().first(packed.bytes);
      const std::string_view text(reinterpret_cast<const char*>(archive.data()), archive.size());
      CHECK((text.find(record) != std::string_view::npos) == kept);
    }
  }
}

TEST(a_missing_folder_has_no_files_to_pack) {
  std::array<std::byte, 4096> memory{};
  const PackedFolder folder{.path = "/nowhere/", .prefix = {}};
  CHECK(packFiles(folder, "a\0"s, memory, true).files == 0);
}

TEST(names_of_a_folder_are_sorted_by_their_bytes) {
  const Packing packing;
  for (const char* name : {"b", "\xc3\xa4", "B", "a.", "..."}) packing.add(name, "");
  const auto names = namesIn(packing.folder().c_str());
  CHECK(std::get<std::string>(names) == "...\0B\0a\0a.\0b\0\xc3\xa4\0"s);
  CHECK(std::get<Failure>(namesIn("/nowhere")).error == ENOENT);
}

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

#include "../core/folder_packing.h"
#include "../core/plain_file.h"
#include "../core/unique_fd.h"
#include "check.h"
#include "fixture.h"

using namespace lto;
using namespace std::string_literals;

namespace {

constexpr std::size_t slab = 64 * 1024;

/** A folder with files, and what a packer makes of names in it. */
class Packing {
 public:
  explicit Packing(std::size_t helpers = 0) : helpers_(helpers) {}
  void add(const char* name, std::string_view content) const {
    const UniqueFd file(::open(scratch_.file(name).c_str(), O_WRONLY | O_CLOEXEC));
    CHECK(::write(file.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size()));
  }
  PackedFiles pack(std::string_view names, bool attributes = true) {
    FolderPacker packer(attributes, helpers_);
    return packer.pack(folder(), "in/", names, memory_);
  }
  [[nodiscard]] std::string folder() const {
    return std::filesystem::path(scratch_.file("a")).parent_path().string() + "/";
  }
  [[nodiscard]] std::span<const std::byte> archive() const { return memory_; }
  [[nodiscard]] const test::ScratchFolder& scratch() const { return scratch_; }
  void limit(std::size_t bytes) { memory_.resize(bytes); }

 private:
  std::size_t helpers_;
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
  for (const std::size_t helpers : {0, 2}) {
    FolderPacker packer(true, helpers);
    CHECK(packer.pack("/nowhere/", "", "a\0"s, memory).files == 0);
  }
}

namespace {

/** Names of so many files, each of them with something else in it; here and there one that is not plain. */
std::string manyFiles(const Packing& packing, std::size_t count) {
  std::string names;
  for (std::size_t file = 0; file < count; file += 1) {
    const auto name = "file-" + std::to_string(1000 + file);
    packing.add(name.c_str(), std::string(file * 131 % 5000, static_cast<char>('a' + file % 26)));
    if (file % 50 == 49) CHECK(::truncate((packing.folder() + name).c_str(), 1 << 20) == 0);
    names.append(name).push_back('\0');
  }
  return names;
}

/** All of the names, by calls with memory of that size; those at which a call stops are left to others. */
std::string packedInPieces(FolderPacker& packer, const std::string& folder, std::string_view names, std::size_t room) {
  std::string archive;
  std::vector<std::byte> memory(room);
  while (!names.empty()) {
    const auto packed = packer.pack(folder, "in/", names, memory);
    archive.append(reinterpret_cast<const char*>(memory.data()), packed.bytes);
    names.remove_prefix(packed.namesDone);
    if (!names.empty()) names.remove_prefix(firstName(names).size() + 1);
  }
  return archive;
}

}  // namespace

TEST(helpers_pack_the_same_bytes) {
  Packing packing;
  const auto names = manyFiles(packing, 300);
  const auto folder = packing.folder();
  const auto before = openDescriptors();
  for (const std::size_t room : {std::size_t{8192}, std::size_t{50'000}, std::size_t{1} << 20}) {
    FolderPacker alone(true, 0);
    const auto expected = packedInPieces(alone, folder, names, room);
    CHECK(!expected.empty());
    for (const std::size_t helpers : {1, 3, 7}) {
      FolderPacker packer(true, helpers);
      for (int round = 0; round < 3; round += 1) CHECK(packedInPieces(packer, folder, names, room) == expected);
      packer.close();
      CHECK(packedInPieces(packer, folder, names, room) == expected);
    }
  }
  CHECK(openDescriptors() == before);
}

TEST(helpers_pack_several_folders_in_turn) {
  Packing one;
  Packing other;
  const auto names = manyFiles(one, 40);
  CHECK(manyFiles(other, 40) == names);
  std::vector<std::byte> memory(slab);
  FolderPacker alone(true, 0);
  FolderPacker packer(true, 3);
  // A file of each at a time, as in a tree of folders in folders; the rest of the names stays ahead.
  for (std::string_view rest = names; !rest.empty();) {
    const auto name = firstName(rest);
    for (const auto& folder : {one.folder(), other.folder()}) {
      const auto limit = std::span(memory).first(8192);
      const auto packed = packer.pack(folder, "in/", rest, limit);
      const std::string bytes(reinterpret_cast<const char*>(memory.data()), packed.bytes);
      const auto same = alone.pack(folder, "in/", rest.substr(0, packed.namesDone), limit);
      CHECK(same.bytes == packed.bytes && same.files == packed.files);
      CHECK(std::memcmp(memory.data(), bytes.data(), bytes.size()) == 0);
    }
    rest.remove_prefix(name.size() + 1);
  }
}

TEST(a_packer_may_end_while_its_helpers_work) {
  Packing packing;
  const auto names = manyFiles(packing, 200);
  std::vector<std::byte> memory(8192);
  for (int round = 0; round < 100; round += 1) {
    FolderPacker packer(round % 2 == 0, 3);
    CHECK(packer.pack(packing.folder(), "in/", names, memory).files > 0);
  }
}

TEST(names_of_a_folder_are_sorted_by_their_bytes) {
  const Packing packing;
  for (const char* name : {"b", "\xc3\xa4", "B", "a.", "..."}) packing.add(name, "");
  const auto names = namesIn(packing.folder().c_str());
  CHECK(std::get<std::string>(names) == "...\0B\0a\0a.\0b\0\xc3\xa4\0"s);
  CHECK(std::get<Failure>(namesIn("/nowhere")).error == ENOENT);
}

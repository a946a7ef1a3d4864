#include "../core/file_reading.h"

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "../core/unique_fd.h"
#include "check.h"
#include "fixture.h"

using namespace lto;

namespace {

UniqueFd newFile(const std::string& path, off_t size) {
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  CHECK(file.isOpen() && ::ftruncate(file.get(), size) == 0);
  return file;
}

}  // namespace

TEST(small_file_is_read_up_to_what_was_asked_for) {
  const test::ScratchFolder folder;
  const auto file = newFile(folder.file("file"), 0);
  CHECK(::write(file.get(), "abcdef", 6) == 6);
  std::array<std::byte, 10> memory{};
  struct stat status{};
  std::size_t count = 0;
  CHECK(readSmallFile(folder.file("file").c_str(), memory, status, count) == 0);
  CHECK(count == 6 && status.st_size == 6 && memory[5] == std::byte{'f'} && memory[6] == std::byte{0});
  CHECK(readSmallFile(folder.file("file").c_str(), std::span(memory).first(3), status, count) == 0);
  CHECK(count == 3 && status.st_size == 6);
}

TEST(link_is_inspected_and_never_read) {
  const test::ScratchFolder folder;
  const std::string link = folder.file("file") + "-link";
  const std::string missing = folder.file("file") + "-missing";
  CHECK(::symlink("/etc/hostname", link.c_str()) == 0);
  std::array<std::byte, 10> memory{};
  struct stat status{};
  std::size_t number = 0;
  CHECK(inspectFile(link.c_str(), status, number) == 0);
  CHECK(S_ISLNK(status.st_mode));
  CHECK(readSmallFile(link.c_str(), memory, status, number) == ELOOP);
  CHECK(inspectFile(missing.c_str(), status, number) == ENOENT);
}

TEST(attributes_are_read_with_their_bytes) {
  const test::ScratchFolder folder;
  const std::string path = folder.file("file");
  const auto file = newFile(path, 0);
  if (::fsetxattr(file.get(), "user.one", "a\0b", 3, 0) != 0) {
    CHECK(errno == ENOTSUP);
    return;
  }
  CHECK(::fsetxattr(file.get(), "user.none", "", 0, 0) == 0);
  const auto read = readAttributes(path.c_str());
  const auto& attributes = std::get<std::vector<ExtendedAttribute>>(read);
  CHECK(attributes.size() == 2);
  for (const auto& [name, value] : attributes) CHECK(value.size() == (name == "user.one" ? 3 : 0));
  CHECK(std::get<Failure>(readAttributes((path + "-missing").c_str())).error == ENOENT);
}

TEST(extents_are_the_parts_that_are_no_hole) {
  const test::ScratchFolder folder;
  constexpr off_t size = 4 << 20;
  constexpr off_t at = 1 << 20;
  const auto file = newFile(folder.file("file"), size);
  CHECK(::pwrite(file.get(), "x", 1, at) == 1);
  const auto found = dataExtents(file.get(), size);
  std::int64_t data = 0;
  bool holdsByte = false;
  for (const auto& [offset, length] : std::get<std::vector<DataExtent>>(found)) {
    data += length;
    holdsByte = holdsByte || (offset <= at && at < offset + length);
  }
  CHECK(holdsByte && data <= size);
  CHECK(::lseek(file.get(), 0, SEEK_CUR) == 0);
  CHECK(std::get<Failure>(dataExtents(-1, size)).error == EBADF);
  CHECK(std::get<std::vector<DataExtent>>(dataExtents(file.get(), 0)).empty());
  const UniqueFd device(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  CHECK(std::get<std::vector<DataExtent>>(dataExtents(device.get(), size)).size() == 1);
}

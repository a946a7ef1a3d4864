#include "../core/file_making.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "../core/file_header.h"
#include "../core/ustar.h"
#include "check.h"
#include "fixture.h"

using namespace lto;

namespace {

constexpr std::size_t most = 1000;

/** Files of an archive, and the folder that they are made in. */
class Making {
 public:
  void add(const std::string& path, std::string_view content) {
    FileHeaderEncoder encoder;
    std::array<std::byte, 4 * ustar::block> header{};
    const FileHeader fields{.path = path,
                            .mode = 0640,
                            .user = ::geteuid(),
                            .group = ::getegid(),
                            .size = static_cast<std::uint32_t>(content.size()),
                            .modified = {.tv_sec = 1'700'000'000, .tv_nsec = 5},
                            .attributes = {}};
    const auto bytes = encoder.encode(fields, header);
    archive_.insert(archive_.end(), header.begin(), header.begin() + static_cast<std::ptrdiff_t>(bytes));
    const auto* const data = reinterpret_cast<const std::byte*>(content.data());
    archive_.insert(archive_.end(), data, data + content.size());
    archive_.resize((archive_.size() + ustar::block - 1) / ustar::block * ustar::block);
  }

  MadeFiles make(std::size_t helpers, std::size_t limit = most) {
    ExtractionRoot root;
    CHECK(root.open(folder(), false) == 0);
    FileMaker maker(root, helpers);
    return maker.make(archive_, {.permissions = 0777, .owners = false}, limit);
  }

  [[nodiscard]] std::string folder() const { return std::filesystem::path(scratch_.file("x")).parent_path() / "into"; }
  void renew() const {
    std::filesystem::remove_all(folder());
    std::filesystem::create_directory(folder());
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream file(folder() + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder()), {}));
  }
  [[nodiscard]] std::size_t archiveBytes() const { return archive_.size(); }

 private:
  test::ScratchFolder scratch_;
  std::vector<std::byte> archive_;
};

std::string nameOf(std::size_t file) {
  return "file-" + std::to_string(file);
}

std::string contentOf(std::size_t file) {
  return std::string(file * 131 % 5000, static_cast<char>('a' + file % 26));
}

/** Files larger than so many bytes cannot be written. */
class SizeLimit {
 public:
  explicit SizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    CHECK(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    CHECK(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  SizeLimit(const SizeLimit&) = delete;
  SizeLimit& operator=(const SizeLimit&) = delete;
  ~SizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

}  // namespace

TEST(files_are_made_with_any_number_of_helpers) {
  Making making;
  for (std::size_t file = 0; file < 300; file += 1) making.add(nameOf(file), contentOf(file));
  for (const std::size_t helpers : {0, 1, 3}) {
    making.renew();
    const auto made = making.make(helpers);
    CHECK(made.files == 300 && made.nodes.size() == 300 && made.archive == making.archiveBytes());
    for (std::size_t file = 0; file < 300; file += 1) {
      CHECK(making.content(nameOf(file)) == contentOf(file));
      struct stat status{};
      CHECK(::stat((making.folder() + "/" + nameOf(file)).c_str(), &status) == 0);
      CHECK((status.st_mode & 07777) == 0640 && status.st_mtim.tv_sec == 1'700'000'000 && status.st_mtim.tv_nsec == 5);
      CHECK(made.nodes[file].inode == status.st_ino);
    }
    making.renew();
    CHECK(making.make(helpers, 37).files == 37 && making.files() == 37);
  }
}

TEST(files_behind_one_whose_place_is_taken_are_not_made) {
  Making making;
  for (std::size_t file = 0; file < 100; file += 1) making.add(nameOf(file == 61 ? 3 : file), contentOf(file));
  for (const std::size_t helpers : {0, 1, 3}) {
    making.renew();
    const auto made = making.make(helpers);
    CHECK(made.files == 61 && made.nodes.size() == 61 && making.files() == 61);
    CHECK(making.content(nameOf(3)) == contentOf(3));
  }
}

TEST(files_behind_one_that_cannot_be_written_are_removed) {
  Making making;
  constexpr std::size_t large = 45;
  std::size_t before = 0;
  for (std::size_t file = 0; file < 200; file += 1) {
    if (file == large) before = making.archiveBytes();
    making.add(nameOf(file), file == large || file == 90 ? std::string(20'000, 'x') : contentOf(file));
  }
  for (const std::size_t helpers : {0, 1, 3}) {
    making.renew();
    const SizeLimit limit(10'000);
    const auto made = making.make(helpers);
    // The one that failed is there, as a node whose content is not.
    CHECK(made.files == large && made.nodes.size() == large + 1 && made.archive == before);
    CHECK(making.files() == large + 1);
    for (std::size_t file = 0; file < large; file += 1) CHECK(making.content(nameOf(file)) == contentOf(file));
  }
}

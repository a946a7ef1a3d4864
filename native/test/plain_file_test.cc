#include "../core/plain_file.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "../core/file_header.h"
#include "../core/file_making.h"
#include "../core/ustar.h"
#include "check.h"
#include "fixture.h"

using namespace lto;

namespace {

using Bytes = std::vector<std::byte>;

Bytes member(const std::string& path, std::size_t size, timespec modified = {.tv_sec = 1'000'000'000, .tv_nsec = 0}) {
  Bytes archive(16 * 1024);
  FileHeaderEncoder encoder;
  const std::size_t header = encoder.encode({.path = path,
                                             .mode = 0640,
                                             .user = 7,
                                             .group = 9,
                                             .size = static_cast<std::uint32_t>(size),
                                             .modified = modified,
                                             .attributes = {}},
                                            archive);
  CHECK(header > 0);
  archive.resize(header + ustar::wholeBlocks(size));
  return archive;
}

void mend(Bytes& archive, std::size_t at) {
  auto* const block = reinterpret_cast<char*>(archive.data() + at);
  const auto sum = ustar::sumOf(block);
  for (std::size_t digit = 0; digit < 6; digit += 1) {
    block[ustar::checksum.offset + 5 - digit] = static_cast<char>('0' + ((sum >> (3 * digit)) & 7));
  }
}

void append(Bytes& archive, const Bytes& more) {
  archive.insert(archive.end(), more.begin(), more.end());
}

}  // namespace

TEST(plain_file_is_read_with_what_its_extended_header_says) {
  const std::string path = std::string(200, 'n') + "/file";
  const auto archive = member(path, 700, {.tv_sec = 1'700'000'000, .tv_nsec = 120'000'000});
  PlainFile file;
  CHECK(decodePlainFile(archive, file));
  CHECK(file.path == path && file.content.size() == 700 && file.bytes == archive.size());
  CHECK(file.mode == 0640 && file.user == 7 && file.group == 9);
  CHECK(file.modified.tv_sec == 1'700'000'000 && file.modified.tv_nsec == 120'000'000);
  CHECK(file.accessed.tv_nsec == 120'000'000);
}

TEST(attributes_of_users_are_read_and_others_are_not_plain) {
  const auto encoded = [](const std::string& name) {
    Bytes archive(4096);
    const std::vector<ExtendedAttribute> attributes{{.name = name, .value = Bytes(3, std::byte{'v'})}};
    FileHeaderEncoder encoder;
    archive.resize(encoder.encode({.path = "a", .mode = 0640, .attributes = attributes}, archive));
    return archive;
  };
  PlainFile file;
  CHECK(decodePlainFile(encoded("user.a"), file));
  CHECK(file.attributes.size() == 1 && file.attributes[0].name == "user.a" && file.attributes[0].value.size() == 3);
  for (const char* const other :
       {"trusted.a", "security.a", "system.posix_acl_access", "user.50%", "user.a=b", "user.\xc3\xa4", "user.a b"}) {
    CHECK(!decodePlainFile(encoded(other), file));
  }
  CHECK(decodePlainFile(member("b", 0), file) && file.attributes.empty());
}

TEST(a_member_that_is_not_whole_is_not_plain) {
  const auto archive = member("\xc3\xa4", 700);
  PlainFile file;
  for (std::size_t bytes = 0; bytes < archive.size(); bytes += 1) {
    // In memory of its own, so that a look behind it is seen.
    CHECK(!decodePlainFile(Bytes(archive.begin(), archive.begin() + static_cast<std::ptrdiff_t>(bytes)), file));
  }
  CHECK(decodePlainFile(archive, file));
}

TEST(a_header_that_could_be_read_otherwise_is_not_plain) {
  struct Change {
    std::size_t at;
    std::string bytes;
  };
  const std::vector<Change> changes = {
      {ustar::type.offset, "5"},
      {ustar::type.offset, std::string(1, '\0')},
      {ustar::size.offset, "\x80"},
      {ustar::mode.offset, "  "},
      {ustar::user.offset, std::string(8, '\0')},
      {ustar::modified.offset, "9"},
      {ustar::magic.offset, "USTAR"},
      {ustar::magic.offset + 6, "  "},
      {508, std::string("tar\0", 4)},
      {ustar::size.offset, "77777777"},
      {ustar::name.offset, std::string(2, '\0')},
      {ustar::name.offset + 1, "/"},
      {ustar::checksum.offset, "00000"},
  };
  for (const auto& [at, bytes] : changes) {
    auto archive = member("f", 10);
    std::memcpy(archive.data() + at, bytes.data(), bytes.size());
    if (at != ustar::checksum.offset) mend(archive, 0);
    PlainFile file;
    CHECK(!decodePlainFile(archive, file));
  }
}

TEST(damage_never_leads_out_of_the_archive) {
  std::mt19937 random(1);
  const auto below = [&](std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
  };
  const std::string interesting(
      "./\0 \n0179-=%\x80\xff"
      "5x12mtimepath",
      27);
  const auto whole = member("\xc3\xa4/file", 700, {.tv_sec = 1, .tv_nsec = 500});
  PlainFile file;
  std::size_t plain = 0;
  for (int round = 0; round < 200'000; round += 1) {
    auto archive = whole;
    for (auto changes = below(4) + 1; changes > 0; changes -= 1) {
      archive[below(archive.size())] = static_cast<std::byte>(interesting[below(interesting.size())]);
    }
    if (below(4) > 0) {
      mend(archive, 0);
      mend(archive, 2 * ustar::block);
    }
    archive.resize(archive.size() - below(2) * below(archive.size()));
    archive.shrink_to_fit();
    if (!decodePlainFile(archive, file)) continue;
    plain += 1;
    CHECK(file.bytes <= archive.size() && file.bytes % ustar::block == 0);
    CHECK(file.content.empty() || (file.content.data() >= archive.data() &&
                                   file.content.data() + file.content.size() <= archive.data() + file.bytes));
  }
  CHECK(plain > 1000);
}

TEST(files_are_made_until_one_is_not_plain_or_fails) {
  const test::ScratchFolder folder;
  const auto path = std::filesystem::path(folder.file("there")).parent_path();
  ExtractionRoot root;
  CHECK(root.open(path, false) == 0);
  Bytes archive = member("./a", 700);
  append(archive, member("b", 0));
  const std::size_t both = archive.size();
  const auto make = [&](std::size_t most) {
    return FileMaker(root, 1).make(archive, {.permissions = 0600, .owners = false}, most);
  };
  for (const char* last : {"there", "missing/c", "../out", "/out", "x/./y", "x//y"}) {
    archive.resize(both);
    append(archive, member(last, 3));
    append(archive, member("never", 0));
    const auto made = make(10);
    CHECK(made.files == 2 && made.archive == both && made.content == 700 && made.nodes.size() == 2);
    struct stat status{};
    CHECK(::stat((path / "a").c_str(), &status) == 0);
    CHECK(status.st_ino == made.nodes[0].inode && status.st_size == 700 && (status.st_mode & 07777) == 0600);
    CHECK(::unlink((path / "a").c_str()) == 0 && ::unlink((path / "b").c_str()) == 0);
  }
  CHECK(make(1).files == 1 && make(0).files == 0);
  CHECK(!std::filesystem::exists(path / "never"));
}

TEST(a_file_without_room_for_its_content_is_among_the_nodes) {
  const test::ScratchFolder folder;
  const auto path = std::filesystem::path(folder.file("there")).parent_path();
  ExtractionRoot root;
  CHECK(root.open(path, false) == 0);
  // More than a file may have here.
  rlimit before{};
  CHECK(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto ignored = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit limited{.rlim_cur = 512, .rlim_max = before.rlim_max};
  CHECK(::setrlimit(RLIMIT_FSIZE, &limited) == 0);
  const auto made = FileMaker(root, 1).make(member("f", 700), {}, 10);
  CHECK(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(::signal(SIGXFSZ, ignored) != SIG_ERR);
  CHECK(made.files == 0 && made.archive == 0 && made.nodes.size() == 1);
}

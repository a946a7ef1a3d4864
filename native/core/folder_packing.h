#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "crew.h"
#include "file_packing.h"

namespace lto {

/** A few names of a folder, and their members, which a crew packs into memory of its own. */
class PackedGroup : public Task {
 public:
  static constexpr std::size_t mostFiles = 8;

  explicit PackedGroup(bool attributes) : packer_(attributes) {}

  /** At most so many names. */
  void begin(std::shared_ptr<const PackedFolder> folder, std::string_view names);
  void clear();

  [[nodiscard]] bool isOf(const PackedFolder& folder) const;
  /** Names that were not passed, each followed by a NUL. */
  [[nodiscard]] std::string_view names() const { return std::string_view(names_).substr(passed_); }
  [[nodiscard]] bool has(std::string_view name) const;
  /** Passes the names before one that it has, when it is done. */
  void passUpTo(std::string_view name);

  /** Of the first name, when it is done. */
  [[nodiscard]] Packed outcome() const { return members_[index_].outcome; }
  [[nodiscard]] std::span<const std::byte> member() const;
  void pass();

 private:
  struct Member {
    Packed outcome = Packed::noRoom;
    std::size_t bytes = 0;
  };

  void run() noexcept override;
  void packAll();

  PlainFilePacker packer_;
  std::shared_ptr<const PackedFolder> folder_;
  std::string names_;
  std::unique_ptr<std::byte[]> memory_;
  std::array<Member, mostFiles> members_{};
  /** Of the names: bytes and number that were passed; of the memory: bytes of their members. */
  std::size_t passed_ = 0;
  std::size_t index_ = 0;
  std::size_t taken_ = 0;
};

/**
 * Packs plain files (see PlainFilePacker) of one folder after the other into an archive, and lets a crew pack those
 * that come next meanwhile.
 */
class FolderPacker {
 public:
  FolderPacker(bool attributes, std::size_t helpers) : packer_(attributes), crew_(std::make_unique<Crew>(helpers)) {
    for (auto& group : groups_) group = std::make_unique<PackedGroup>(attributes);
  }
  FolderPacker(const FolderPacker&) = delete;
  FolderPacker& operator=(const FolderPacker&) = delete;
  ~FolderPacker() { close(); }

  /**
   * The first of `names`, of a folder whose `path` and `prefix` are those of PackedFolder, one behind the other into
   * `memory`. Stops at the first that is no plain file, or for which there is no room; nothing of it is in what was
   * packed. Each name is followed by a NUL.
   */
  [[nodiscard]] PackedFiles pack(std::string_view path, std::string_view prefix, std::string_view names,
                                 std::span<std::byte> memory);
  /** Ends its threads and closes the folder. It can go on without threads. */
  void close();

 private:
  /** How far ahead: few enough files that they stay in the processor's cache. */
  static constexpr std::size_t groupCount = 8;

  void enter(std::string_view path, std::string_view prefix, const std::string& name);
  /** Has as many as possible of the names packed that come next; returns the group of the first one, if it has one. */
  [[nodiscard]] PackedGroup* lookAhead(std::string_view names);
  /** The group that begins with that name. */
  [[nodiscard]] PackedGroup* groupAt(std::string_view name) const;
  /** The first few names, as far as they are in no group. */
  [[nodiscard]] std::string_view namesOfNewGroup(std::string_view names) const;
  [[nodiscard]] PackedGroup* freeGroup(const std::array<PackedGroup*, groupCount>& kept) const;
  void drop(PackedGroup& group) const;
  /** These return whether packing goes on. */
  [[nodiscard]] bool takeFrom(PackedGroup& group, std::span<std::byte> memory, PackedFiles& packed);
  [[nodiscard]] bool packNext(std::string_view names, std::span<std::byte> memory, PackedFiles& packed);

  PlainFilePacker packer_;
  std::shared_ptr<const PackedFolder> folder_;
  std::array<std::unique_ptr<PackedGroup>, groupCount> groups_;
  std::unique_ptr<Crew> crew_;
};

}  // namespace lto

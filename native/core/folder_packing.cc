#include "folder_packing.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace lto {
namespace {

constexpr std::size_t groupBytes = 512UL * 1024;

std::string_view firstNameWithEnd(std::string_view names) {
  return names.substr(0, firstName(names).size() + 1);
}

}  // namespace

void PackedGroup::begin(std::shared_ptr<const PackedFolder> folder, std::string_view names) {
  clear();
  folder_ = std::move(folder);
  names_.assign(names);
}

void PackedGroup::clear() {
  folder_.reset();
  names_.clear();
  members_.fill({});
  passed_ = index_ = taken_ = 0;
}

bool PackedGroup::isOf(const PackedFolder& folder) const {
  return folder_ && (folder_.get() == &folder || (folder_->path == folder.path && folder_->prefix == folder.prefix));
}

bool PackedGroup::has(std::string_view name) const {
  for (auto rest = names(); !rest.empty(); rest.remove_prefix(firstName(rest).size() + 1)) {
    if (firstName(rest) == name) return true;
  }
  return false;
}

void PackedGroup::passUpTo(std::string_view name) {
  while (firstName(names()) != name) pass();
}

std::span<const std::byte> PackedGroup::member() const {
  return {memory_.get() + taken_, members_[index_].bytes};
}

void PackedGroup::pass() {
  passed_ += firstName(names()).size() + 1;
  taken_ += members_[index_].bytes;
  index_ += 1;
}

void PackedGroup::run() noexcept {
  try {
    packAll();
  } catch (...) {  // NOLINT(bugprone-empty-catch)
    // There is no memory: whoever takes the group packs the rest, and says so.
  }
}

void PackedGroup::packAll() {
  if (!memory_) memory_ = std::make_unique_for_overwrite<std::byte[]>(groupBytes);
  std::size_t used = 0;
  std::string_view rest = names_;
  for (auto& [outcome, bytes] : members_) {
    if (rest.empty()) break;
    const auto name = firstName(rest);
    outcome = packer_.pack(*folder_, name, {memory_.get() + used, groupBytes - used}, bytes);
    used += bytes;
    rest.remove_prefix(name.size() + 1);
  }
}

PackedFiles FolderPacker::pack(std::string_view path, std::string_view prefix, std::string_view names,
                               std::span<std::byte> memory) {
  // A copy of its own, as of all names that are used again: whoever gave them could write to them meanwhile.
  enter(path, prefix, std::string(firstName(names)));
  PackedFiles packed;
  bool goesOn = true;
  while (goesOn) {
    const auto rest = names.substr(packed.namesDone);
    if (firstName(rest).empty()) break;
    auto* const group = lookAhead(rest);
    const auto room = memory.subspan(packed.bytes);
    if (group == nullptr) {
      goesOn = packNext(namesOfNewGroup(rest), room, packed);
    } else if (crew_->takeBack(*group)) {
      // Nobody has begun it: straight to where it belongs.
      const auto some = rest.substr(0, group->names().size());
      drop(*group);
      goesOn = packNext(some, room, packed);
    } else {
      crew_->wait(*group);
      goesOn = takeFrom(*group, room, packed);
    }
  }
  return packed;
}

void FolderPacker::close() {
  for (auto& group : groups_) drop(*group);
  crew_ = std::make_unique<Crew>(0);
  folder_.reset();
}

/** Names before that one in a group were dealt with by whoever calls. */
void FolderPacker::enter(std::string_view path, std::string_view prefix, const std::string& name) {
  if (!folder_ || folder_->path != path || folder_->prefix != prefix) {
    folder_ = std::make_shared<const PackedFolder>(std::string(path), std::string(prefix));
  }
  for (auto& group : groups_) {
    if (!group->isOf(*folder_) || !group->has(name) || firstName(group->names()) == name) continue;
    crew_->wait(*group);
    group->passUpTo(name);
  }
}

PackedGroup* FolderPacker::lookAhead(std::string_view names) {
  if (!crew_->hasHelpers()) return nullptr;
  std::array<PackedGroup*, groupCount> ahead{};
  for (auto& place : ahead) {
    if (firstName(names).empty()) break;
    place = groupAt(firstName(names));
    // What the list does not go on with any more is packed anew.
    if (place != nullptr && !names.starts_with(place->names())) {
      drop(*place);
      place = nullptr;
    }
    if (place == nullptr) {
      place = freeGroup(ahead);
      if (place == nullptr) break;
      place->begin(folder_, namesOfNewGroup(names));
      crew_->add(*place);
    }
    names.remove_prefix(place->names().size());
  }
  return ahead.front();
}

PackedGroup* FolderPacker::groupAt(std::string_view name) const {
  for (const auto& group : groups_) {
    if (group->isOf(*folder_) && firstName(group->names()) == name) return group.get();
  }
  return nullptr;
}

std::string_view FolderPacker::namesOfNewGroup(std::string_view names) const {
  std::size_t end = 0;
  for (std::size_t count = 0; count < PackedGroup::mostFiles; count += 1) {
    const auto name = firstName(names.substr(end));
    if (name.empty() || (count > 0 && groupAt(name) != nullptr)) break;
    end += name.size() + 1;
  }
  return names.substr(0, end);
}

/** One without names, or one that is not on the way. */
PackedGroup* FolderPacker::freeGroup(const std::array<PackedGroup*, groupCount>& kept) const {
  PackedGroup* found = nullptr;
  for (const auto& group : groups_) {
    if (std::find(kept.begin(), kept.end(), group.get()) != kept.end()) continue;
    found = group.get();
    if (group->names().empty()) return found;
  }
  if (found != nullptr) drop(*found);
  return found;
}

void FolderPacker::drop(PackedGroup& group) const {
  if (!crew_->takeBack(group)) crew_->wait(group);
  group.clear();
}

bool FolderPacker::takeFrom(PackedGroup& group, std::span<std::byte> memory, PackedFiles& packed) {
  for (std::size_t used = 0; !group.names().empty(); group.pass()) {
    const auto before = packed.bytes;
    const auto room = memory.subspan(used);
    if (group.outcome() == Packed::notPlain) return false;
    if (group.outcome() == Packed::noRoom) {
      // There was none in the memory of the group.
      if (!packNext(firstNameWithEnd(group.names()), room, packed)) return false;
    } else {
      const auto member = group.member();
      if (member.size() > room.size()) return false;
      std::memcpy(room.data(), member.data(), member.size());
      packed.files += 1;
      packed.bytes += member.size();
      packed.namesDone += firstNameWithEnd(group.names()).size();
    }
    used += packed.bytes - before;
  }
  group.clear();
  return true;
}

bool FolderPacker::packNext(std::string_view names, std::span<std::byte> memory, PackedFiles& packed) {
  for (std::size_t used = 0; !names.empty();) {
    const auto name = firstName(names);
    std::size_t bytes = 0;
    if (packer_.pack(*folder_, name, memory.subspan(used), bytes) != Packed::whole) return false;
    used += bytes;
    packed.files += 1;
    packed.bytes += bytes;
    packed.namesDone += name.size() + 1;
    names.remove_prefix(name.size() + 1);
  }
  return true;
}

}  // namespace lto

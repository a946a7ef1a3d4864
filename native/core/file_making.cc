#include "file_making.h"

#include <algorithm>
#include <utility>

#include "ustar.h"

namespace lto {
namespace {

MemberAttributes attributesOf(const PlainFile& file, const MakingPolicy& policy) {
  return {
      .hasMode = true,
      .mode = file.mode & policy.permissions,
      .hasOwner = policy.owners,
      .user = file.user,
      .group = file.group,
      .times = {file.accessed, file.modified},
  };
}

}  // namespace

MemberNode& CreatedFiles::add(PlainFile& file, const MemberAttributes& attributes) {
  File& added = files_[count_];
  count_ += 1;
  added.content = file.content;
  // The memory of the one is used again for the other.
  std::swap(added.extended, file.attributes);
  added.attributes = attributes;
  return added.node;
}

void CreatedFiles::run() noexcept {
  whole_ = count_;
  refusesExtended_ = false;
  for (std::size_t index = 0; index < count_; index += 1) {
    if (!fill(files_[index])) whole_ = std::min(whole_, index);
  }
}

bool CreatedFiles::fill(File& file) {
  auto& [node, content, extended, attributes] = file;
  bool isWhole = node.write(content, 0) >= 0;
  // Before the mode, which may not allow it.
  for (const auto& [name, value] : extended) {
    if (!isWhole) break;
    isWhole = node.setAttribute(name, value.data(), value.size()) >= 0;
    refusesExtended_ = refusesExtended_ || !isWhole;
  }
  return node.finish(-1, attributes) >= 0 && isWhole;
}

MadeFiles FileMaker::make(std::span<const std::byte> archive, const MakingPolicy& policy, std::size_t most) {
  MadeFiles made;
  made.nodes.reserve(std::min(most, archive.size() / ustar::block));
  whole_ = 0;
  hasFailed_ = false;
  try {
    create(archive, policy, most, made);
  } catch (...) {
    // Nothing may use the archive's memory any more.
    for (auto& group : groups_) await(group);
    throw;
  }
  made.files = made.nodes.size();
  if (hasFailed_) keepFirst(archive, whole_, made);
  return made;
}

void FileMaker::create(std::span<const std::byte> archive, const MakingPolicy& policy, std::size_t most,
                       MadeFiles& made) {
  PlainFile file;
  std::size_t begun = 0;
  const auto group = [&]() -> CreatedFiles& { return groups_[begun % groupCount]; };
  while (!hasFailed_ && made.nodes.size() < most && decodePlainFile(archive.subspan(made.archive), file)) {
    if (refusesExtended_ && !file.attributes.empty()) break;
    MemberFacts facts;
    const std::size_t content = file.content.size();
    MemberNode& node = group().add(file, attributesOf(file, policy));
    if (root_.createFile(file.path, node, facts) < 0) {
      group().removeLast();
      break;
    }
    made.nodes.push_back({facts.device, facts.inode});
    made.archive += file.bytes;
    made.content += content;
    if (group().count() < CreatedFiles::mostFiles) continue;
    crew_->add(group());
    begun += 1;
    // The next place is that of the oldest group.
    await(group());
  }
  if (group().count() > 0) crew_->add(group());
  for (std::size_t index = 1; index <= groupCount; index += 1) await(groups_[(begun + index) % groupCount]);
}

void FileMaker::await(CreatedFiles& group) {
  crew_->wait(group);
  if (!hasFailed_) whole_ += group.count() == 0 ? 0 : group.whole();
  refusesExtended_ = refusesExtended_ || (group.count() > 0 && group.refusesExtended());
  hasFailed_ = hasFailed_ || (group.count() > 0 && group.whole() < group.count());
  group.clear();
}

/** What one call after the other would have left: the first files, and the one that failed. */
void FileMaker::keepFirst(std::span<const std::byte> archive, std::size_t whole, MadeFiles& made) {
  const auto nodes = std::move(made.nodes);
  made = {.files = whole, .archive = 0, .content = 0, .nodes = {}};
  PlainFile file;
  std::size_t at = 0;
  for (std::size_t index = 0; index < nodes.size() && decodePlainFile(archive.subspan(at), file); index += 1) {
    at += file.bytes;
    if (index < whole) {
      made.archive += file.bytes;
      made.content += file.content.size();
    }
    MemberFacts facts;
    if (index <= whole) {
      made.nodes.push_back(nodes[index]);
    } else if (root_.inspect(file.path, facts) == 0 && facts.device == nodes[index].device &&
               facts.inode == nodes[index].inode) {
      // Whether that is possible makes no difference: it is then one that was made and has its content.
      static_cast<void>(root_.remove(file.path));
    }
  }
}

}  // namespace lto

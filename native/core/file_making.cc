#include "file_making.h"

#include "plain_file.h"

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

MadeFiles makeFiles(ExtractionRoot& root, std::span<const std::byte> archive, const MakingPolicy& policy,
                    std::size_t most) {
  MadeFiles made;
  PlainFile file;
  while (made.nodes.size() < most && decodePlainFile(archive.subspan(made.archive), file)) {
    MemberFacts facts;
    const int result =
        root.makeFile(file.path, file.content.data(), file.content.size(), attributesOf(file, policy), facts);
    if (facts.inode != 0) made.nodes.push_back({facts.device, facts.inode});
    if (result < 0) break;
    made.files += 1;
    made.archive += file.bytes;
    made.content += file.content.size();
  }
  return made;
}

}  // namespace lto

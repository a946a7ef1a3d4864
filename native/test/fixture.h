#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>

#include "../core/device.h"
#include "../core/unique_fd.h"
#include "check.h"
#include "collecting_sink.h"

namespace lto::test {

/** A folder that goes with everything in it. */
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "lto-core-XXXXXX";
    CHECK(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string file(const char* name) const {
    UniqueFd created(::open((path_ / name).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    CHECK(created.isOpen());
    return path_ / name;
  }
  [[nodiscard]] std::string fifo(const char* name) const {
    CHECK(::mkfifo((path_ / name).c_str(), 0600) == 0);
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

/** A device whose outcomes are collected; calls are named by counting up from 1. */
struct Fixture {
  std::shared_ptr<CollectingSink> sink = std::make_shared<CollectingSink>();
  std::shared_ptr<Device> device;
  std::uint64_t lastId = 0;

  explicit Fixture(const std::string& path) : device(Device::start(path, sink)) {}

  std::uint64_t submit(Call call, std::uint64_t stream = 0, std::uint64_t token = 0) {
    lastId += 1;
    device->submit({.id = lastId, .token = token, .stream = stream, .call = std::move(call)});
    return lastId;
  }

  Outcome run(Call call, std::uint64_t stream = 0) { return sink->wait(submit(std::move(call), stream)); }

  template <typename Expected>
  Expected runFor(Call call, std::uint64_t stream = 0) {
    return sink->waitFor<Expected>(submit(std::move(call), stream));
  }

  /** Opened for reading and writing, so that a FIFO needs no other end. */
  void open(int flags = O_RDWR) { runFor<NodeFacts>(OpenCall{flags}); }
  void close() { runFor<Done>(CloseCall{}); }
};

inline RecordMemory memoryOf(const std::shared_ptr<Slab>& slab, std::size_t size) {
  return {slab, slab->data(), size};
}

inline RecordMemory memoryOf(std::size_t size) {
  return memoryOf(Slab::allocate(size), size);
}

inline bool isFailure(const Outcome& outcome, int error) {
  const auto* const failure = std::get_if<Failure>(&outcome);
  return failure != nullptr && failure->error == error;
}

}  // namespace lto::test

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "transfer_gate.h"

namespace lto {

/** What a last command takes back. A device has one for each. */
enum class DriveSetting : std::uint8_t { protection, encryption };

constexpr std::size_t driveSettings = 2;

/** A command with data out that takes back a setting of a drive. */
struct LastCommandData {
  static constexpr std::size_t maxCdb = 16;
  static constexpr std::size_t maxData = 256;

  std::array<std::uint8_t, maxCdb> cdb{};
  std::uint8_t cdbLength = 0;
  std::array<std::uint8_t, maxData> data{};
  std::uint16_t length = 0;
  std::uint32_t timeoutMs = 0;
  /** Of the drive's transfers, which need the setting: closed before the command is sent. */
  std::shared_ptr<TransferGate> gate;
};

/**
 * A command that is sent when its descriptor is closed or the process ends, whichever comes first: by exit(3), which
 * process.exit() and an uncaught exception come to, or by a signal that ends it and has no handler.
 */
class LastCommand {
 public:
  LastCommand() = default;
  LastCommand(const LastCommand&) = delete;
  LastCommand& operator=(const LastCommand&) = delete;
  ~LastCommand() { disarm(); }

  /** Takes the place of the one before. False where too many are armed. */
  [[nodiscard]] bool arm(int fd, LastCommandData command);
  void disarm();
  /** Sends it, if there is one, and forgets it. The descriptor may be closed afterwards. */
  void sendNow();

 private:
  static constexpr std::size_t none = ~std::size_t{0};
  std::size_t slot_ = none;
};

/** Sends those of all devices. Allowed in a signal handler. */
void sendLastCommands();

}  // namespace lto

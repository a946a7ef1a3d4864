#include "records.h"

#include <sys/mtio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <optional>
#include <utility>

#include "mtio.h"

namespace lto {
namespace {

std::optional<MtStatus> statusAfterStop(const OpenNode& node) {
  MtStatus status;
  if (!node.answersMtGet || readMtStatus(node.fd.get(), status) != 0) return std::nullopt;
  return status;
}

/** No slab where there is no memory. */
RecordMemory takeFrom(SlabPool& pool) {
  try {
    auto slab = pool.take();
    auto* const data = slab->data();
    const std::size_t size = slab->size();
    return {.slab = std::move(slab), .data = data, .size = size};
  } catch (const std::bad_alloc&) {
    return {};
  }
}

struct RecordResult {
  WriteStop stop = WriteStop::done;
  int error = 0;
  /** Whether the driver took the record. */
  bool taken = false;
};

/**
 * Fails with ECANCELED once the drive's last command is about to take a key or protection back. write(2) is not
 * repeated after EINTR or a short count: a part of the record may be on tape.
 */
RecordResult writeRecord(OpenNode& node, const std::byte* data, std::size_t length) {
  const TransferPass pass(node.gate.get());
  if (!pass.passed()) return {WriteStop::error, ECANCELED, false};
  const int refused = node.answersMtGet ? node.guard.beforeRecord(node.fd.get()) : 0;
  if (refused != 0) return {WriteStop::error, refused, false};
  const ssize_t written = ::write(node.fd.get(), data, length);
  const int error = written < 0 ? errno : 0;
  node.guard.afterRecord(written == static_cast<ssize_t>(length));
  if (error != 0) return {error == ENOSPC ? WriteStop::endOfMedium : WriteStop::error, error, false};
  if (static_cast<std::size_t>(written) != length) return {WriteStop::error, WriteOutcome::shortWrite, false};
  return {WriteStop::done, 0, true};
}

/** As `writeRecord`, with the protection information behind the record. */
RecordResult writeProtected(OpenNode& node, bool exclusive, std::byte* data, std::size_t length,
                            const ProtectionInformation& information) {
  if (!exclusive) {
    std::byte* const copy = node.scratch.room(length + information.size());
    if (copy == nullptr) return {WriteStop::error, ENOMEM, false};
    std::memcpy(copy, data, length);
    std::memcpy(copy + length, information.data(), information.size());
    return writeRecord(node, copy, length + information.size());
  }
  // The end of a slab has a margin; elsewhere the next record begins here, and gets its bytes back.
  ProtectionInformation replaced{};
  std::byte* const behind = data + length;
  std::memcpy(replaced.data(), behind, replaced.size());
  std::memcpy(behind, information.data(), information.size());
  const RecordResult result = writeRecord(node, data, length + information.size());
  std::memcpy(behind, replaced.data(), replaced.size());
  return result;
}

/** read(2), as long as the drive is not about to send records without what protects them, or without its key. */
ssize_t readAnyRecord(const OpenNode& node, const ReadCall& call, std::byte* record) {
  const TransferPass pass(node.gate.get());
  if (pass.passed()) return ::read(node.fd.get(), record, call.offer);
  errno = ECANCELED;
  return -1;
}

struct ReadResult {
  ssize_t length = -1;
  int error = 0;
};

/** As `readAnyRecord`; ESTALE for what lies elsewhere. */
ReadResult readRecord(OpenNode& node, const ReadCall& call, std::byte* record) {
  const int fd = node.fd.get();
  if (const int refused = node.answersMtGet ? node.guard.beforeReading(fd) : 0; refused != 0) return {-1, refused};
  const ssize_t length = readAnyRecord(node, call, record);
  const int error = length < 0 ? errno : 0;
  if (!node.answersMtGet) return {length, error};
  const auto passed = length > 0 ? Passed::record : length == 0 || error == ENOMEM ? Passed::mark : Passed::nothing;
  const int moved = node.guard.afterReading(fd, passed);
  return moved == 0 ? ReadResult{length, error} : ReadResult{-1, moved};
}

/** Without its protection information; nothing when that does not fit the record. */
std::optional<std::size_t> checkedLength(Protection protection, const std::byte* data, std::size_t length,
                                         RecordProtection& found) {
  const std::size_t extra = protectionBytes(protection);
  if (extra == 0) return length;
  if (length <= extra) return std::nullopt;
  found = protectionOf(protection, data, length - extra);
  if (std::memcmp(found.information.data(), data + length - extra, extra) != 0) return std::nullopt;
  return length - extra;
}

/**
 * What MTIOCGET adds to a record that was taken. By direct I/O nothing: write(2) itself has told of early warning and
 * errors. Where `st` only buffered the record, it flushes before it answers (flush_buffer): an error here is that of
 * the record, which is not counted then, and GMT_EOT tells that it met early warning.
 */
RecordResult confirmRecord(const OpenNode& node) {
  MtStatus status;
  if (const int error = readMtStatus(node.fd.get(), status); error != 0) return {WriteStop::error, error, false};
  return {GMT_EOT(status.generalStatus) != 0 ? WriteStop::earlyWarning : WriteStop::done, 0, true};
}

/** Writes the records of one piece until one stops it, and adds what was taken to `outcome`. */
void writePiece(OpenNode& node, const WriteCall& call, const RecordMemory& piece, WriteOutcome& outcome) {
  const bool isLastPiece = &piece == &call.pieces.back();
  for (std::size_t offset = 0; offset < piece.size && outcome.stop == WriteStop::done;) {
    std::byte* const record = piece.data + offset;
    const std::size_t length = std::min(call.recordSize, piece.size - offset);
    offset += length;
    // Before the write: what the driver copies is then in the processor's cache.
    const RecordProtection protection = protectionOf(call.protection, record, length);
    const std::uint32_t checksum = call.checksum ? call.checksum->with(record, length, protection.crc32c) : 0;
    RecordResult result = call.protection == Protection::none
                              ? writeRecord(node, record, length)
                              : writeProtected(node, call.exclusive, record, length, protection.information);
    const bool isLast = isLastPiece && offset == piece.size;
    if (result.taken && node.answersMtGet && (isLast || call.checkEach)) {
      result = confirmRecord(node);
      if (result.stop != WriteStop::done) node.guard.doubtLast();
    }
    outcome.stop = result.stop;
    outcome.error = result.error;
    if (!result.taken) continue;
    outcome.records += 1;
    outcome.bytes += length;
    if (call.checksum) call.checksum->set(checksum);
  }
}

}  // namespace

WriteOutcome writeRecords(OpenNode& node, const WriteCall& call) {
  WriteOutcome outcome;
  outcome.error = node.answersMtGet ? node.guard.beforeWriting(node.fd.get()) : 0;
  if (outcome.error != 0) {
    outcome.stop = WriteStop::error;
  } else {
    for (const auto& piece : call.pieces) {
      if (outcome.stop == WriteStop::done) writePiece(node, call, piece, outcome);
    }
    node.guard.afterWriting();
  }
  if (outcome.stop != WriteStop::done) outcome.mt = statusAfterStop(node);
  return outcome;
}

Outcome readRecords(OpenNode& node, ReadCall& call) {
  ReadOutcome outcome;
  node.guard.beginReading();
  RecordMemory memory = call.memory;
  if (call.pool) {
    memory = takeFrom(*call.pool);
    if (!memory.slab) return Failure{ENOMEM, "mmap"};
    outcome.memory = memory.slab;
  }
  outcome.lengths.reserve(std::min(call.maxRecords, memory.size / call.offer));
  std::size_t end = 0;
  // From a page boundary on: direct I/O of `st` takes nothing else.
  for (std::size_t offset = 0; outcome.lengths.size() < call.maxRecords && offset + call.offer <= memory.size;
       offset = roundUpToPage(end)) {
    std::byte* const record = memory.data + offset;
    const auto [length, error] = readRecord(node, call, record);
    outcome.error = error;
    if (length > 0) {
      RecordProtection protection;
      if (const auto size = checkedLength(call.protection, record, static_cast<std::size_t>(length), protection)) {
        if (call.checksum) call.checksum->set(call.checksum->with(record, *size, protection.crc32c));
        outcome.lengths.push_back(static_cast<std::uint32_t>(*size));
        // Records lie side by side, whatever their lengths; the next one comes over the protection information.
        if (offset != end) std::memmove(memory.data + end, record, *size);
        end += *size;
        continue;
      }
      outcome.stop = ReadStop::damaged;
    } else {
      outcome.stop = length == 0 ? ReadStop::zero : outcome.error == ENOMEM ? ReadStop::tooLarge : ReadStop::error;
    }
    outcome.mt = statusAfterStop(node);
    break;
  }
  return outcome;
}

}  // namespace lto

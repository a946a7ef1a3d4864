#include "records.h"

#include <sys/mtio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include "mtio.h"

namespace lto {
namespace {

std::size_t roundUpToPage(std::size_t offset) {
  return (offset + pageSize() - 1) / pageSize() * pageSize();
}

std::optional<MtStatus> statusAfterStop(const OpenNode& node) {
  MtStatus status;
  if (!node.answersMtGet || readMtStatus(node.fd.get(), status) != 0) return std::nullopt;
  return status;
}

/** No slab where there is no memory. */
RecordMemory takeReserved(SlabReservation& reservation) {
  try {
    auto slab = reservation.take();
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

/** write(2) is not repeated after EINTR or a short count: a part of the record may be on tape. */
RecordResult writeRecord(OpenNode& node, const std::byte* data, std::size_t length) {
  const ssize_t written = ::write(node.fd.get(), data, length);
  const int error = written < 0 ? errno : 0;
  node.guard.wrote(written == static_cast<ssize_t>(length));
  if (error != 0) return {error == ENOSPC ? WriteStop::endOfMedium : WriteStop::error, error, false};
  if (static_cast<std::size_t>(written) != length) return {WriteStop::error, WriteOutcome::shortWrite, false};
  return {WriteStop::done, 0, true};
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
    const std::byte* const record = piece.data + offset;
    const std::size_t length = std::min(call.recordSize, piece.size - offset);
    offset += length;
    // Before the write: what the driver copies is then in the processor's cache.
    const std::uint32_t checksum = call.checksum ? crc32(call.checksum->value(), record, length) : 0;
    RecordResult result = writeRecord(node, record, length);
    const bool isLast = isLastPiece && offset == piece.size;
    if (result.taken && node.answersMtGet && (isLast || call.checkEach)) result = confirmRecord(node);
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
  outcome.error = node.answersMtGet ? node.guard.beforeRecords(node.fd.get()) : 0;
  if (outcome.error != 0) {
    outcome.stop = WriteStop::error;
  } else {
    for (const auto& piece : call.pieces) {
      if (outcome.stop == WriteStop::done) writePiece(node, call, piece, outcome);
    }
    node.guard.afterRecords();
  }
  if (outcome.stop != WriteStop::done) outcome.mt = statusAfterStop(node);
  return outcome;
}

Outcome readRecords(const OpenNode& node, ReadCall& call) {
  ReadOutcome outcome;
  RecordMemory memory = call.memory;
  if (call.reservation) {
    memory = takeReserved(call.reservation);
    if (!memory.slab) return Failure{ENOMEM, "mmap"};
    outcome.memory = memory.slab;
  }
  outcome.lengths.reserve(std::min(call.maxRecords, memory.size / call.offer));
  std::size_t offset = 0;
  while (outcome.lengths.size() < call.maxRecords && offset + call.offer <= memory.size) {
    const ssize_t length = ::read(node.fd.get(), memory.data + offset, call.offer);
    if (length > 0) {
      if (call.checksum) call.checksum->update(memory.data + offset, static_cast<std::size_t>(length));
      outcome.lengths.push_back(static_cast<std::uint32_t>(length));
      offset = roundUpToPage(offset + static_cast<std::size_t>(length));
      continue;
    }
    outcome.error = length < 0 ? errno : 0;
    outcome.stop = length == 0 ? ReadStop::zero : outcome.error == ENOMEM ? ReadStop::tooLarge : ReadStop::error;
    outcome.mt = statusAfterStop(node);
    break;
  }
  return outcome;
}

}  // namespace lto

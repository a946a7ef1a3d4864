#include "execute.h"

#include <sys/mtio.h>

#include <cerrno>
#include <utility>
#include <variant>

#include "mtio.h"
#include "records.h"
#include "scsi.h"

namespace lto {
namespace {

/** MTWEOFI of linux/mtio.h, which glibc's header leaves out. */
constexpr int writeImmediateFilemarks = 35;

class Executor {
 public:
  Executor(OpenNode& node, const std::string& path) : node_(node), path_(path) {}

  Outcome operator()(const OpenCall& call) { return node_.open(path_, call.flags); }
  Outcome operator()(ScsiCall& call) { return sgIo(fd(), call); }
  Outcome operator()(ArmCall& call) {
    if (!node_.lastFor(call.setting).arm(fd(), std::move(call.command))) return Failure{EAGAIN, ArmCall::syscall};
    return Done{};
  }
  Outcome operator()(const DisarmCall& call) {
    node_.lastFor(call.setting).disarm();
    return Done{};
  }
  Outcome operator()(const MtOpCall& call) {
    // It moves nothing: what is known stays to be compared with.
    if (call.operation == MTNOP) return mtOp(fd(), call);
    if (const int refused = changesTape(call) && node_.answersMtGet ? askBefore() : 0; refused != 0) {
      return Failure{refused, MtOpCall::syscall};
    }
    node_.guard.forget();
    return mtOp(fd(), call);
  }
  Outcome operator()(const MtGetCall& /*call*/) { return mtGet(fd()); }
  Outcome operator()(const MtPosCall& /*call*/) { return node_.guard.tell(fd()); }
  Outcome operator()(const WriteCall& call) { return writeRecords(node_, call); }
  Outcome operator()(ReadCall& call) { return readRecords(node_, call); }
  Outcome operator()(const CloseCall& /*call*/) {
    for (auto& last : node_.last) last.sendNow();
    const int error = node_.fd.close();
    if (error != 0) return Failure{error, CloseCall::syscall};
    return Done{};
  }

 private:
  /** A filemark ends the data where it is written, as a record does. */
  static bool changesTape(const MtOpCall& call) {
    const bool writesMarks = call.operation == MTWEOF || call.operation == writeImmediateFilemarks;
    return call.operation == MTERASE || (writesMarks && call.count > 0);
  }

  /** 0, or why the tape may stand elsewhere. */
  int askBefore() {
    if (const int refused = node_.guard.beforeWriting(fd()); refused != 0) return refused;
    return node_.guard.beforeRecord(fd());
  }

  [[nodiscard]] int fd() const { return node_.fd.get(); }

  OpenNode& node_;
  const std::string& path_;
};

bool needsDescriptor(const Call& call) {
  return !std::holds_alternative<OpenCall>(call) && !std::holds_alternative<CloseCall>(call);
}

}  // namespace

Outcome execute(OpenNode& node, const std::string& path, Call& call) {
  if (needsDescriptor(call) && !node.fd.isOpen()) return Failure{EBADF, syscallOf(call)};
  return std::visit(Executor(node, path), call);
}

bool endsStream(const Outcome& outcome) {
  if (const auto* const write = std::get_if<WriteOutcome>(&outcome)) return write->stop != WriteStop::done;
  if (const auto* const read = std::get_if<ReadOutcome>(&outcome)) return read->stop != ReadStop::full;
  return std::holds_alternative<Failure>(outcome);
}

}  // namespace lto

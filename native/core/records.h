#pragma once

#include "call.h"
#include "open_node.h"
#include "outcome.h"

namespace lto {

/** One write(2) a record, until one does not go as it should. */
[[nodiscard]] WriteOutcome writeRecords(OpenNode& node, const WriteCall& call);

/** One read(2) a record, each at a page boundary. A Failure where no slab could be mapped. */
[[nodiscard]] Outcome readRecords(OpenNode& node, ReadCall& call);

}  // namespace lto

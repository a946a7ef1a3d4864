#pragma once

#include <string>

#include "call.h"
#include "open_node.h"
#include "outcome.h"

namespace lto {

/** Carries the call out on the node; blocks as long as the system call does. */
[[nodiscard]] Outcome execute(OpenNode& node, const std::string& path, Call& call);

/** Whether what follows in the same stream must not be carried out any more. */
[[nodiscard]] bool endsStream(const Outcome& outcome);

}  // namespace lto

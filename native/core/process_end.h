#pragma once

namespace lto {

/**
 * Has `sendLastCommands` called when the process ends by exit(3), or by a signal that nothing handles. A signal that
 * has got a handler since the last call is left to it; one whose handler was taken away is watched again by the next
 * call.
 */
void watchProcessEnd();

}  // namespace lto

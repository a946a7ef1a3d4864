#include "process_end.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <mutex>

#include "last_command.h"
#include "signals.h"

namespace lto {
namespace {

/** Those that end a process and whose handler may still make system calls. Node.js keeps SIGUSR1 for its debugger. */
constexpr std::array endingSignals = {SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGALRM, SIGTERM, SIGUSR2, SIGXCPU};

/** What would happen without us, by number. */
std::array<struct sigaction, NSIG> before{};

void endBySignal(int signal) {
  const int error = errno;
  sendLastCommands();
  ::sigaction(signal, &before[static_cast<std::size_t>(signal)], nullptr);
  // It comes when this handler has returned.
  ::raise(signal);
  errno = error;
}

void endByExit() {
  const SignalsBlocked blocked;
  sendLastCommands();
}

/**
 * Whether the signal ends the process. Node.js has a handler of its own for SIGINT and SIGTERM that resets the terminal
 * and raises them again: it removes itself. One of libuv, for the listeners of a program, stays and restarts calls.
 */
bool endsProcess(const struct sigaction& action) {
  if ((action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_IGN) return false;
  if ((action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_DFL) return true;
  const auto flags = static_cast<unsigned>(action.sa_flags);
  return (flags & SA_RESETHAND) != 0 && (flags & SA_RESTART) == 0;
}

void watchSignal(int signal) {
  struct sigaction now{};
  if (::sigaction(signal, nullptr, &now) != 0 || now.sa_handler == endBySignal || !endsProcess(now)) return;
  before[static_cast<std::size_t>(signal)] = now;
  struct sigaction ours{};
  ours.sa_handler = endBySignal;
  sigfillset(&ours.sa_mask);
  ::sigaction(signal, &ours, nullptr);
}

}  // namespace

void watchProcessEnd() {
  static std::mutex mutex;
  static std::once_flag registered;
  std::call_once(registered, [] { std::atexit(endByExit); });
  const std::scoped_lock lock(mutex);
  for (const int signal : endingSignals) watchSignal(signal);
}

}  // namespace lto

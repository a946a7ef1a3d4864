#pragma once

#include <csignal>

namespace lto {

/**
 * Blocks all signals for its lifetime, so that threads started meanwhile never see one. An interrupted SG_IO leaves
 * its command running in the drive, and the kernel would send it a second time; an interrupted write(2) may have
 * written a part of the record.
 */
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace lto

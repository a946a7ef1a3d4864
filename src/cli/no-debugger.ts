// Imported before anything else. On SIGUSR1, Node.js opens a debugger port; anybody who can reach it can run programs
// as this user and read the keys. A listener for the signal prevents that.
process.on('SIGUSR1', () => undefined);

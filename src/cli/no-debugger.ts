// Imported before anything else. At SIGUSR1 Node.js opens a debugger port, through which anybody who reaches it can run
// programs as this user and read the keys. A listener disables that.
process.on('SIGUSR1', () => undefined);

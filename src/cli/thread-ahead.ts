import { statSync } from 'node:fs';

/**
 * Starts the thread that packs or extracts an archive before the rest of the program is loaded: both take about as long.
 * A wrong guess costs that thread, which then ends with the process.
 */
export async function startThreadAhead([command, ...args]: readonly string[]): Promise<void> {
  if ((command === 'write' || command === 'append') && args.some(isFolder)) {
    const { preparePackerThread } = await import('../archive/pack/prepare-thread.js');
    preparePackerThread();
  } else if (command === 'read' && args.some(isExtract)) {
    const { prepareArchiveThread } = await import('../archive/extract/prepare-thread.js');
    prepareArchiveThread();
  }
}

/** What cannot be looked at is the command's to tell: an argument may be any text. */
function isFolder(arg: string): boolean {
  if (arg.startsWith('-')) return false;
  try {
    return statSync(arg).isDirectory();
  } catch {
    return false;
  }
}

function isExtract(arg: string): boolean {
  return arg.startsWith('-C') || arg.startsWith('--extract');
}

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Bytes that real drives sent. They lie beside the project and are no part of it; LTO_REAL_DRIVES names another place.
 * A section is `# name: source, model, what` and lines of hex; one whose name ends with `-cut` is a beginning only.
 */
export const REAL_DRIVES =
  process.env.LTO_REAL_DRIVES ?? fileURLToPath(new URL('../../../shared/fixtures/real-drives.txt', import.meta.url));

export const HAS_REAL_DRIVES = existsSync(REAL_DRIVES);

/** The sections by name, in order; empty where the file is not. */
export const REAL_ANSWERS: ReadonlyMap<string, Uint8Array> = HAS_REAL_DRIVES ? sections() : new Map();

function sections(): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const section of readFileSync(REAL_DRIVES, 'utf8').split(/\n\n+/)) {
    const [head = '', ...lines] = section.trim().split('\n');
    const name = /^# ([\w-]+): /.exec(head)?.[1];
    if (name !== undefined) found.set(name, Uint8Array.from(Buffer.from(lines.join('').replaceAll(' ', ''), 'hex')));
  }
  return found;
}

import { readFileSync } from 'node:fs';

const TEXT = readFileSync(new URL('../fixtures/mhvtl-lto8.txt', import.meta.url), 'utf8');

const SG_DUMP_LINE = /^ [0-9a-f]{2,4} {3,5}((?:[0-9a-f]{2} {1,2})*[0-9a-f]{2})(?: |$)/;
const XXD_LINE = /^[0-9a-f]{8}: ((?:[0-9a-f]{2,4} )+) /;

/** The command lines that were given to the emulated LTO-8 drive. */
export const FIXTURE_COMMANDS: readonly string[] = TEXT.split('\n$ ')
  .slice(1)
  .map((part) => part.split('\n', 1)[0] ?? '');

/** What the emulated LTO-8 drive answered to a command line, as the tool printed it. */
export function fixtureLines(commandLine: string): string[] {
  const section = TEXT.split('\n$ ').find((part) => part.startsWith(`${commandLine}\n`));
  if (section === undefined) throw new Error(`no fixture for ${commandLine}`);
  return section.split('\n').slice(1);
}

/** Every hex dump in that answer, in order. */
export function fixtureDumps(commandLine: string): Uint8Array[] {
  const dumps: string[] = [];
  let inDump = false;
  for (const line of fixtureLines(commandLine)) {
    const hex = (SG_DUMP_LINE.exec(line) ?? XXD_LINE.exec(line))?.[1]?.replaceAll(' ', '');
    if (hex !== undefined) dumps.push((inDump ? (dumps.pop() ?? '') : '') + hex);
    inDump = hex !== undefined;
  }
  return dumps.map((dump) => Uint8Array.from(Buffer.from(dump, 'hex')));
}

/** The only hex dump in that answer. */
export function fixtureBytes(commandLine: string): Uint8Array {
  const [bytes, ...others] = fixtureDumps(commandLine);
  if (bytes === undefined || others.length > 0) throw new Error(`not one dump in the fixture for ${commandLine}`);
  return bytes;
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testUnitReady } from '../../../src/scsi/commands/primary.js';
import { toHex } from '../../../src/scsi/wire/bytes.js';
import type { ScsiCommand } from '../../../src/scsi/wire/command.js';
import { openTransport } from '../../../src/tape/open/open-transport.js';
import { command } from '../command.js';

// A tool that reads a page from the drive, and from bytes in a file, judges what we read from it.

export const DEVICE = '/dev/nst0';

/** What the drive sends in answer to a command, through the kernel. */
export async function answerTo(scsiCommand: ScsiCommand): Promise<Uint8Array> {
  const transport = await openTransport(DEVICE, { readOnly: true });
  try {
    await transport.scsi(testUnitReady());
    const { status, data } = await transport.scsi(scsiCommand);
    expect(status).toBe(0);
    return data;
  } finally {
    await transport.close();
  }
}

/** Facts by name, each as text. */
export type Facts = Readonly<Record<string, string | undefined>>;

export const text = (value: unknown) => (value === undefined ? undefined : String(value).trim());

/** Reads each fact by the pattern whose first group is its value. */
export function byPattern(patterns: Readonly<Record<string, RegExp>>): (said: string) => Facts {
  return (said) =>
    Object.fromEntries(Object.entries(patterns).map(([fact, pattern]) => [fact, text(pattern.exec(said)?.[1])]));
}

export interface PageJudge {
  readonly name: string;
  readonly tool: string;
  readonly arguments: readonly string[];
  /** Options for a file of bytes in hexadecimal. */
  readonly fromFile: (file: string) => readonly string[];
  readonly command: ScsiCommand;
  /** A page to be read in place of the drive's, for what the drive does not tell by itself. */
  readonly bytes?: Uint8Array;
  /** What we read. */
  readonly ours: (bytes: Uint8Array) => Facts;
  /** What the tool reads. */
  readonly theirs: (said: string) => Facts;
  /** Bytes whose last bit is changed, each of another fact. */
  readonly changed: (bytes: Uint8Array) => readonly number[];
}

/** What the tool reads from bytes instead of from a drive. */
async function readBytes(judge: PageJudge, bytes: Uint8Array): Promise<Facts> {
  const folder = await mkdtemp(join(tmpdir(), 'page-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'page.hex');
  await writeFile(
    file,
    toHex(bytes)
      .replaceAll(/(..)/g, '$1 ')
      .replaceAll(/((?:.. ){16})/g, '$1\n'),
  );
  return judge.theirs(await command(judge.tool, ...judge.arguments, ...judge.fromFile(file)));
}

/** Tests that each tool reads what we read, and something else as soon as the page is another one. */
export function judgePages(judges: readonly PageJudge[], queryNode: () => string): void {
  describe.each(judges.map((judge) => ({ name: judge.name, judge })))('$name', ({ judge }) => {
    if (judge.bytes === undefined) {
      it('reads from the drive what we read', async () => {
        const ours = judge.ours(await answerTo(judge.command));
        expect(Object.keys(ours)).not.toEqual([]);
        for (const value of Object.values(ours)) expect(value).toBeDefined();
        expect(judge.theirs(await command(judge.tool, ...judge.arguments, queryNode()))).toEqual(ours);
      });
    }

    it('disagrees on each fact of which a bit is another', async () => {
      const bytes = judge.bytes ?? (await answerTo(judge.command));
      const ours = judge.ours(bytes);
      expect(await readBytes(judge, bytes)).toEqual(ours);
      const mutated = Uint8Array.from(bytes);
      const changed = judge.changed(bytes);
      expect(Object.keys(ours)).not.toEqual([]);
      for (const at of changed) mutated[at] = (mutated[at] ?? 0) ^ 0x01;
      const theirs = await readBytes(judge, mutated);
      expect(changed.length).toBeGreaterThan(0);
      expect(Object.keys(ours).filter((fact) => theirs[fact] !== ours[fact])).toHaveLength(changed.length);
      expect(judge.ours(mutated)).toEqual(theirs);
    });
  });
}

import type { OptionNames } from '../arguments/option-names.js';
import { CALL_OPTIONS, type CallOptions, requireOptions } from '../arguments/options.js';
import type { DataSource } from '../streams/taken-source.js';
import { ArchiveThread } from './extract/archive-thread.js';
import type { ArchiveMember } from './extract/messages.js';

export interface ListOptions extends CallOptions {
  /** Only members that match one of these .gitignore patterns. */
  readonly only?: readonly string[] | undefined;
}

const LIST_OPTIONS: OptionNames<ListOptions> = { ...CALL_OPTIONS, only: true };

/**
 * The members of an archive, in its order. The call owns the source: it destroys it when it ends early. Throws the same
 * errors as `extractArchive`.
 *
 * @example
 * for await (const { name, size } of listArchive(drive.createReadStream({ fileNumber: 1 }))) console.log(name, size);
 */
export async function* listArchive(source: DataSource, options: ListOptions = {}): AsyncGenerator<ArchiveMember, void> {
  requireOptions(options, { operation: 'list' }, LIST_OPTIONS);
  const { only, signal } = options;
  const thread = new ArchiveThread(source, { kind: 'list', only }, 'listing the archive failed');
  let arrived: readonly ArchiveMember[] | undefined;
  let isOver = false;
  let wake = () => {};
  const onMembers = (members: readonly ArchiveMember[]) => {
    arrived = members;
    wake();
  };
  const over = () => {
    isOver = true;
    wake();
  };
  const running = thread.run({ signal, onMembers });
  running.then(over, over);
  try {
    while (arrived !== undefined || !isOver) {
      if (arrived === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      yield* arrived;
      arrived = undefined;
      thread.answer(1);
    }
    await running;
  } finally {
    thread.stop();
    await running.catch(() => undefined);
  }
}

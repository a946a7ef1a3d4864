import type { ArchiveReason } from '../../errors/index.js';

export interface FaultFacts {
  readonly what: string;
  /** `exists`: an existing file would have to be replaced. */
  readonly reason: ArchiveReason | 'exists';
  /** What the caller should do next. */
  readonly next: string;
  readonly errno?: string | undefined;
  readonly operation?: string | undefined;
}

/** Why reading an archive stopped, as plain values that can be passed between threads. */
export class ArchiveFault extends Error {
  readonly facts: FaultFacts;

  constructor(facts: FaultFacts) {
    super(facts.what);
    this.facts = facts;
  }
}

export function damaged(what: string): ArchiveFault {
  return new ArchiveFault({
    what,
    reason: 'damaged',
    next: 'Read it again, or another copy; -o saves the file as it is',
  });
}

export function cutOff(what: string): ArchiveFault {
  return new ArchiveFault({
    what: `${what}: the archive was cut off`,
    reason: 'cut',
    next: 'Read another copy: of this one, only the members before are whole',
  });
}

export function unsupported(what: string): ArchiveFault {
  return new ArchiveFault({
    what,
    reason: 'unsupported',
    next: 'Save the file with -o, or pipe it into another program',
  });
}

export function unsafe(what: string): ArchiveFault {
  return new ArchiveFault({
    what,
    reason: 'unsafe',
    next: 'If the archive can be trusted all the same, save the file with -o and extract it with another program',
  });
}

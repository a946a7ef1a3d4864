import type { FaultFacts } from '../decode/fault.js';
import type { MemberType } from '../decode/member.js';
import type { FileTime } from '../encode/file-time.js';
import type { RingMemory } from './byte-ring.js';
import type { ExtractSummary } from './summary.js';

/** A member of an archive, as it is listed. */
export interface ArchiveMember {
  /** Name as stored; bytes that are not UTF-8 as `\xe9`. */
  readonly name: string;
  /** The bytes of a name that is not UTF-8, in hex. */
  readonly nameBytes?: string | undefined;
  readonly type: MemberType;
  /** Bytes of a file, holes included. */
  readonly size: number;
  /** Permissions, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly userName: string;
  readonly groupName: string;
  readonly modified: FileTime;
  /** Of a link. */
  readonly target?: string | undefined;
}

export interface ExtractJob {
  readonly kind: 'extract';
  readonly folder: string;
  readonly force: boolean;
  readonly preserve: boolean;
  readonly owners: boolean;
  readonly only: readonly string[] | undefined;
  /** Each member is sent to the other side, which answers whether it is wanted. */
  readonly asks: boolean;
}

export interface ListJob {
  readonly kind: 'list';
  readonly only: readonly string[] | undefined;
}

export interface WorkerInput {
  readonly ring: RingMemory;
  readonly job: ExtractJob | ListJob;
}

/** How the work ended. */
export interface Ending {
  readonly kind: 'ended';
  /** Summary, also after a fault. */
  readonly summary: ExtractSummary;
  readonly fault?: { readonly facts: FaultFacts; readonly member: string | undefined } | undefined;
  /** All wanted members were found; the rest of the archive was not read. */
  readonly isEarly: boolean;
}

export type WorkerMessage =
  | { readonly kind: 'room' }
  | { readonly kind: 'wanted?'; readonly member: ArchiveMember }
  | { readonly kind: 'members'; readonly members: readonly ArchiveMember[] }
  | Ending;

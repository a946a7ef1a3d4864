import { MemberTap } from '../../archive/tap/member-tap.js';
import { EncryptionKeyError, MediumError, VerificationError } from '../../errors/index.js';
import type { LtoProvider } from '../../provider/provider.js';
import type { MemberRecord, PartRecord } from '../../provider/record/changes.js';
import { memberRecord } from '../../provider/record/recording.js';
import { destroyed } from '../../streams/closed.js';
import type { FoundMember } from '../model/catalogue.js';
import { receiptParts } from './receipt-parts.js';

/** A part of an archive that is looked at. */
export interface LookedAt {
  readonly part: PartRecord;
  /** The first member of the archive, if it begins in this part and the member is known. */
  readonly first: FoundMember | undefined;
}

/** `member`: the file has the recorded size and begins with the recorded member. */
export type Proof = 'member' | 'size' | 'none';

/** Headers of one member are shorter, whatever its path and attributes. */
const MOST_HEADERS = 2 ** 20;

/**
 * Looks at a file without reading all of it: whether it has the recorded size, and begins with the recorded member.
 * Resolves with what that proves: nothing where the key is not there or a record is bad. Rejects with VerificationError or
 * EndOfDataError for another file.
 */
export async function lookAtPart(provider: LtoProvider, looked: LookedAt, signal?: AbortSignal): Promise<Proof> {
  try {
    return await proofOf(provider, looked, signal);
  } catch (error) {
    if (error instanceof EncryptionKeyError || error instanceof MediumError) return 'none';
    throw error;
  }
}

async function proofOf(provider: LtoProvider, { part, first }: LookedAt, signal?: AbortSignal): Promise<Proof> {
  if (first !== undefined) {
    const found = await firstMember(provider, part, signal);
    if (found === undefined || !isSame(found, first)) throw other(part, 'begins with another member');
  }
  await requireSize(provider, part, signal);
  return first === undefined ? 'size' : 'member';
}

/** Its last byte is there, and is the last one of the file. */
async function requireSize(provider: LtoProvider, part: PartRecord, signal?: AbortSignal): Promise<void> {
  const last = Math.min(part.bytes, 1);
  const range = { start: part.bytes - last, parts: receiptParts([part]), signal };
  let found = 0;
  const stream = await provider.readArchive(part.cartridge, part.fileNumber, range);
  try {
    for await (const chunk of stream) {
      found += (chunk as Uint8Array).length;
      if (found > last) break;
    }
  } catch (error) {
    throw isShorter(error) ? other(part, 'is shorter', error) : error;
  } finally {
    await destroyed(stream);
  }
  if (found < last) throw other(part, 'is shorter');
  if (found > last) throw other(part, 'is longer');
}

async function firstMember(
  provider: LtoProvider,
  part: PartRecord,
  signal?: AbortSignal,
): Promise<MemberRecord | undefined> {
  const found: MemberRecord[] = [];
  const tap = new MemberTap((member) => found.push(memberRecord(member)));
  const end = Math.min(part.bytes, MOST_HEADERS) - 1;
  const stream = await provider.readArchive(part.cartridge, part.fileNumber, { end, signal });
  try {
    for await (const chunk of stream) {
      tap.write(chunk as Uint8Array);
      if (found.length > 0) break;
    }
  } finally {
    await destroyed(stream);
  }
  return found[0];
}

const COMPARED = ['path', 'pathBytes', 'type', 'size', 'modified', 'length', 'target'] as const;

function isSame(found: MemberRecord, recorded: MemberRecord): boolean {
  return COMPARED.every((name) => (found[name] ?? undefined) === (recorded[name] ?? undefined));
}

/** Whether a range that was recorded begins behind the end of the file. */
export function isShorter(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'LTO_INVALID_ARGUMENT';
}

function other({ cartridge, fileNumber }: PartRecord, what: string, cause?: unknown): VerificationError {
  return new VerificationError(`file ${fileNumber} ${what} than recorded`, {
    device: cartridge,
    operation: 'reconcile',
    next: 'The cartridge was written elsewhere',
    cause,
  });
}

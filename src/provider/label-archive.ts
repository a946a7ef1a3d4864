import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { extract, pack } from 'tar-stream';
import { InvalidArgumentError } from '../errors/index.js';

/** Name of the member of the label's archive; `tar -xf <device> -O .tapehoard_label` prints the identifier. */
export const LABEL_MEMBER = '.tapehoard_label';

/** Printable ASCII without blanks at either end, as long as the barcode attribute of the cartridge memory (0806h). */
const IDENTIFIER = /^[\x21-\x7e](?:[\x20-\x7e]{0,30}[\x21-\x7e])?$/;

/** Throws InvalidArgumentError for what can't be the identifier of a cartridge. */
export function requireIdentifier(identifier: string): string {
  if (IDENTIFIER.test(identifier)) return identifier;
  throw new InvalidArgumentError(`${JSON.stringify(identifier)} can't identify a cartridge`, {
    next: 'Take 1 to 32 printable ASCII characters, without blanks at the beginning or end',
  });
}

/** The bytes of a label: a tar archive with one member that holds the identifier and a newline. */
export async function encodeLabel(identifier: string, member = LABEL_MEMBER): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: member, mode: 0o644, uid: 0, gid: 0 }, `${requireIdentifier(identifier)}\n`);
  archive.finalize();
  return buffer(archive);
}

/** What bytes hold: a label with its identifier, or something else, in words. */
export type LabelContent = { readonly identifier: string } | { readonly instead: string };

export async function decodeLabel(bytes: Uint8Array, member = LABEL_MEMBER): Promise<LabelContent> {
  const members = await readMembers(bytes);
  if (members === undefined) return { instead: `file 0 holds ${bytes.length} bytes that are no tar archive` };
  const label = members.get(member)?.trim();
  if (label === undefined) return { instead: `file 0 is an archive of ${list([...members.keys()])}` };
  if (IDENTIFIER.test(label)) return { identifier: label };
  return { instead: `file 0 holds ${JSON.stringify(label.slice(0, SHOWN_CHARACTERS))}, which is no identifier` };
}

/** Text of each member by name; undefined for bytes that are no archive. */
async function readMembers(bytes: Uint8Array): Promise<Map<string, string> | undefined> {
  const members = new Map<string, string>();
  try {
    for await (const entry of Readable.from([Buffer.from(bytes)]).pipe(extract())) {
      members.set(entry.header.name, await text(entry));
    }
  } catch {
    return undefined;
  }
  return members;
}

const SHOWN_CHARACTERS = 64;
const SHOWN = 3;

function list(names: readonly string[]): string {
  if (names.length === 0) return 'no members';
  const shown = names.slice(0, SHOWN).map((name) => JSON.stringify(name));
  return names.length > SHOWN ? `${shown.join(', ')} and ${names.length - SHOWN} more` : shown.join(', ');
}

import { decodeTextMembers } from '../../archive/decode/text-members.js';
import { encodeTextMembers } from '../../archive/encode/text-members.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { described } from '../../streams/bytes.js';
import { LABEL_MEMBER, type Label } from '../session/cartridge-label.js';

/** Beside the label: the barcode that stays in the cartridge memory, because the drive took no other. */
const REPLACED_SUFFIX = '.replaced_barcode';

/** Bytes of the barcode attribute (0806h), which an identifier in ASCII fits, and of the user medium label (0803h). */
const LONGEST = { ascii: 32, utf8: 160 } as const;
const PRINTABLE_ASCII = /^[\x20-\x7e]+$/;
/** Characters that no reader shows: controls, formats, surrogates, private use, and separators but for the blank. */
const NOT_SHOWN = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

/** Throws InvalidArgumentError for an invalid identifier of a cartridge. */
export function requireIdentifier(identifier: string): string {
  requireText(identifier);
  if (isIdentifier(identifier)) return identifier;
  throw new InvalidArgumentError(`${JSON.stringify(identifier)} can't identify a cartridge`, {
    next: `Take 1 to ${LONGEST.ascii} printable ASCII characters, or up to ${LONGEST.utf8} bytes of other text, without blanks at the beginning or end`,
  });
}

/** Throws InvalidArgumentError if the identifier is not a non-empty string. */
export function requireText(identifier: unknown): asserts identifier is string {
  if (typeof identifier === 'string') return;
  throw new InvalidArgumentError(`${described(identifier)} can't identify a cartridge`, {
    next: 'Give the barcode or the label, as text',
  });
}

function isIdentifier(text: string): boolean {
  if (text === '' || text.trim() !== text) return false;
  if (PRINTABLE_ASCII.test(text)) return text.length <= LONGEST.ascii;
  return !NOT_SHOWN.test(text) && Buffer.byteLength(text) <= LONGEST.utf8;
}

/** The bytes of a label: a tar archive with a member that holds the identifier and a newline. */
export function encodeLabel(identifier: string, member = LABEL_MEMBER, replacedBarcode?: string): Buffer {
  const label = { path: member, content: `${requireIdentifier(identifier)}\n` };
  if (replacedBarcode === undefined) return encodeTextMembers([label]);
  return encodeTextMembers([label, { path: `${member}${REPLACED_SUFFIX}`, content: `${replacedBarcode}\n` }]);
}

/** Content of file 0: a label, or a description of something else. */
export type LabelContent = Label | { readonly foundInstead: string };

export function decodeLabel(bytes: Uint8Array, member = LABEL_MEMBER): LabelContent {
  const members = decodeTextMembers(bytes);
  if (members === undefined) return { foundInstead: `file 0 holds ${bytes.length} bytes that are not a tar archive` };
  const label = members.get(member)?.trim();
  if (label === undefined) return { foundInstead: `file 0 is an archive of ${list([...members.keys()])}` };
  const replacedBarcode = members.get(`${member}${REPLACED_SUFFIX}`)?.trim();
  if (isIdentifier(label)) return { identifier: label, ...(replacedBarcode && { replacedBarcode }) };
  return {
    foundInstead: `file 0 holds ${JSON.stringify(label.slice(0, SHOWN_CHARACTERS))}, which is not an identifier`,
  };
}

const SHOWN_CHARACTERS = 64;
const SHOWN = 3;

function list(names: readonly string[]): string {
  if (names.length === 0) return 'no members';
  const shown = names.slice(0, SHOWN).map((name) => JSON.stringify(name));
  return names.length > SHOWN ? `${shown.join(', ')} and ${names.length - SHOWN} more` : shown.join(', ');
}

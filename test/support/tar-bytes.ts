// Archives byte by byte, valid and otherwise, by the format's description alone (POSIX.1 ustar).
export interface TarMember {
  /** latin1: a character a byte. */
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly mtime?: number | undefined;
  readonly link?: string | undefined;
  readonly content?: Uint8Array | string | undefined;
  /** What the header says; default: the length of the content. */
  readonly size?: number | Uint8Array | undefined;
  readonly device?: readonly [major: number, minor: number] | undefined;
  /** `ustar\x0000` (default), `ustar  \0` (GNU), empty (v7). */
  readonly magic?: string | undefined;
  /** Written over the header before its checksum, at an offset. */
  readonly patch?: readonly (readonly [offset: number, bytes: Uint8Array | string])[] | undefined;
}

const BLOCK = 512;
export const TAR_END = Buffer.alloc(2 * BLOCK);

/** Header, content and padding. */
export function tarMember({ content = '', ...member }: TarMember): Buffer {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(BLOCK);
  const put = (offset: number, text: string) => header.write(text, offset, 'latin1');
  const octal = (offset: number, length: number, value: number) => {
    put(offset, `${value.toString(8).padStart(length - 1, '0')}\0`);
  };
  put(0, member.name ?? 'file');
  octal(100, 8, member.mode ?? 0o644);
  octal(108, 8, member.uid ?? 0);
  octal(116, 8, member.gid ?? 0);
  const { size = bytes.length } = member;
  if (typeof size === 'number') octal(124, 12, size);
  else header.set(size, 124);
  octal(136, 12, member.mtime ?? 1_000_000_000);
  put(156, member.type ?? '0');
  put(157, member.link ?? '');
  put(257, member.magic ?? 'ustar\x0000');
  const [major, minor] = member.device ?? [0, 0];
  octal(329, 8, major);
  octal(337, 8, minor);
  for (const [offset, patch] of member.patch ?? []) header.set(Buffer.from(patch as string, 'latin1'), offset);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return Buffer.concat([header, bytes, Buffer.alloc(-bytes.length & (BLOCK - 1))]);
}

export function tarOf(...members: readonly TarMember[]): Buffer {
  return Buffer.concat([...members.map(tarMember), TAR_END]);
}

/** An extended header of these records. */
export function paxMember(records: Readonly<Record<string, string>>, type = 'x'): TarMember {
  return { name: 'PaxHeaders/x', type, content: Buffer.concat(Object.entries(records).map(paxRecord)) };
}

function paxRecord([key, value]: [string, string]): Buffer {
  const text = Buffer.from(` ${key}=${value}\n`, 'latin1');
  let length = text.length;
  while (length < text.length + String(length).length) length += 1;
  return Buffer.concat([Buffer.from(String(length)), text]);
}

import { expect, it } from 'vitest';
import { memberRecord } from '../../src/provider/record/recording.js';

const MEMBER = { type: 'file', size: 3, modified: 7, offset: 512, length: 1024, target: '' } as const;

/** As a path stands in an archive: a character for each byte. */
const inBytes = (bytes: Buffer) => bytes.toString('latin1');

it.each([
  ['ASCII', Buffer.from('a/b.txt'), { path: 'a/b.txt' }],
  ['UTF-8', Buffer.from('März/☂'), { path: 'März/☂' }],
  ['Latin-1', Buffer.from('M\xe4rz', 'latin1'), { path: 'M\\xe4rz', pathBytes: '4de4727a' }],
  ['text that looks like such bytes', Buffer.from('M\\xe4rz'), { path: 'M\\xe4rz' }],
])('the path of a member in %s is recorded as text, and as bytes only where it is none', (_what, bytes, expected) => {
  const { target: _, ...member } = MEMBER;
  expect(memberRecord({ ...MEMBER, path: inBytes(bytes) })).toEqual({ ...member, ...expected });
});

it('the target of a link is recorded as text', () => {
  const link = { ...MEMBER, path: 'a', target: inBytes(Buffer.from('März')) };
  expect(memberRecord(link)).toMatchObject({ path: 'a', target: 'März' });
});

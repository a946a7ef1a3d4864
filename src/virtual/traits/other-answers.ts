import type { Drive } from '../drive/drive.js';
import type { Reply } from '../unit/command.js';

const VOLUME_OVERFLOW = 0xd;
const BEGINNING_OF_PARTITION = 0x80;
const LONG_FORM_LENGTH = 32;

export function blankCheckAtBeginning(reply: Reply): Reply {
  const { sense } = reply;
  const isBeginning = sense?.key === 0 && sense.asc === 0 && sense.ascq === 4;
  return isBeginning ? { ...reply, sense: { key: 8, asc: 0, ascq: 5, information: 0 } } : reply;
}

export function withoutResidual(reply: Reply): Reply {
  const { sense } = reply;
  return sense?.key === VOLUME_OVERFLOW ? { ...reply, sense: { ...sense, information: 0 } } : reply;
}

/** Only the short form is wrong; the long form stays right. */
export function beginningAtBlock1(reply: Reply, { position }: Drive): Reply {
  const { dataIn } = reply;
  if (position.object !== 1 || dataIn === undefined || dataIn.length >= LONG_FORM_LENGTH) return reply;
  const shown = Uint8Array.from(dataIn);
  shown[0] = (shown[0] ?? 0) | BEGINNING_OF_PARTITION;
  return { ...reply, dataIn: shown };
}

import { InvalidArgumentError } from '../../errors/index.js';

const SIZE = /^(\d+(?:\.\d+)?)\s*([kmgtp]?)(i?)b?$/i;

/** Bytes from `262144`, `256KiB`, `1.5 GB` or `64k`; `K`, `M` and `G` alone are powers of 1024. */
export function parseSize(text: string): number {
  const [, digits, prefix = '', binary] = SIZE.exec(text.trim()) ?? [];
  const step = binary || !/b$/i.test(text) ? 1024 : 1000;
  const bytes = Number(digits) * step ** ' kmgtp'.indexOf(prefix.toLowerCase() || ' ');
  if (digits !== undefined && Number.isSafeInteger(bytes)) return bytes;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a size`, {
    next: 'Write it as 262144, 256KiB or 1GiB',
  });
}

/** A non-negative integer. */
export function parseCount(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a whole number`, {
    next: 'Write a whole number such as 0 or 12',
  });
}

/** Seconds, with or without a fraction. */
export function parseSeconds(text: string): number {
  if (/^\d{1,7}(\.\d{1,3})?$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a number of seconds`, {
    next: 'Write a number such as 12 or 0.5',
  });
}

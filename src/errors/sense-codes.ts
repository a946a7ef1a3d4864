import type { SenseData } from './sense-data.js';

/** `3/0c/00`: key, additional sense code and qualifier in the notation of the trade. */
export function senseCodes({ key, asc, ascq }: SenseData): string {
  const hex = (value: number) => value.toString(16).padStart(2, '0');
  return `${key.toString(16)}/${hex(asc)}/${hex(ascq)}`;
}

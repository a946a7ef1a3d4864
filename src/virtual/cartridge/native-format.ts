import { InvalidArgumentError } from '../../errors/index.js';
import { type FormatFacts, LTO_FORMATS } from '../../scsi/index.js';

/** The format that a generation brought. Throws InvalidArgumentError for one that there is not. */
export function nativeFormat(generation: number): FormatFacts {
  const facts = LTO_FORMATS.find(({ format }) => format === `LTO-${generation}`);
  if (facts === undefined) throw new InvalidArgumentError(`there is no LTO generation ${generation}`);
  return facts;
}

import type { NumberRange } from '../../arguments/number.js';

/** What the PARTITION field of LOCATE(10) holds. */
export const PARTITIONS: NumberRange = { min: 0, max: 0xff, unit: 'partitions' };
